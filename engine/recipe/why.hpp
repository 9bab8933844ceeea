// Why a track is in the list, and why another is not, from the nodes of a finished evaluation.
#pragma once

#include <string>

#include "recipe/evaluate.hpp"

namespace engine {

/// Finds the track that a person means: its number in the store, a Spotify id or uri, `title`, or
/// `artist - title` (any case). Returns the track number; throws Error(kInput) when none or several
/// fit, naming up to five.
std::int32_t find_track(const Tables& tables, const std::string& wanted);

/// One line on how `node` lost a track that one of its inputs had; "" when it did not.
std::string loss_text(Evaluation& evaluation, const Node& node, std::int32_t track);

/// Sentences: where it came from, each score term, what it passed.
std::string why_text(Evaluation& evaluation, std::int32_t track);

/// Sentences: never recalled by ...; dropped by ... because ...; outranked (needed x, had y).
std::string why_not_text(Evaluation& evaluation, std::int32_t track);

}  // namespace engine
