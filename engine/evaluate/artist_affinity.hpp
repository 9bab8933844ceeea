// How much the user plays each artist lately, as the baselines see it.
#pragma once

#include <vector>

#include "evaluate/baselines.hpp"

namespace engine::evaluate {

inline constexpr std::size_t kMostOfAnArtist = 2;

/// By artist: the sum over the user's plays of exp(-age / 60 days).
std::vector<double> artist_affinity(const AsOf& tables);

/// The first `limit` eligible tracks of the artist's that somebody played, by listeners; of a song
/// one version only. `song` is that of each track.
std::vector<std::int32_t> most_heard(const BaselineInput& input, std::int32_t artist,
                                     std::span<const std::int32_t> song, std::size_t limit);

}  // namespace engine::evaluate
