// What found a track, in parts: what its explanation tells in sentences, for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plan/evaluate.hpp"
#include "recipe/playlist.hpp"

namespace engine {

/// What one source of the plan, a recall or a set, tells of a row of the candidates it gave.
FoundBy found_by_source(const Evaluation& evaluation, const Node& node, const Candidates& given,
                        std::size_t row);

/// For each of the chosen, the sources that speak for it, in the plan's order: those that gave it
/// and whose channel and explanation, where they have one, are among those it has in the list. A
/// source that had it too and was not taken (an earlier branch of a pl.mix gave it) is none. Where
/// the recipe writes explanations itself (:explain), the channel alone is looked at.
std::vector<std::vector<FoundBy>> found_by(const Evaluation& evaluation, const Candidates& chosen);

/// The same for one row of the list.
std::vector<FoundBy> found_by(const Evaluation& evaluation, const Candidates& chosen,
                              std::size_t row);

}  // namespace engine
