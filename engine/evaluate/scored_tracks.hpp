// Tracks with the scores that a baseline lists them by.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluate/ties.hpp"

namespace engine::evaluate {

struct ScoredTrack {
  double score = 0;
  std::int32_t track = 0;
};

/// The first `length` by score, higher first; equal ones by tie_of() their ids, given by track.
inline std::vector<std::int32_t> best_of(std::vector<ScoredTrack> tracks, std::size_t length,
                                         std::span<const std::int64_t> ids) {
  const auto tie = [&](const ScoredTrack& scored) {
    return tie_of(ids[static_cast<std::size_t>(scored.track)]);
  };
  std::sort(tracks.begin(), tracks.end(), [&](const ScoredTrack& a, const ScoredTrack& b) {
    return a.score != b.score ? a.score > b.score : tie(a) < tie(b);
  });
  std::vector<std::int32_t> list;
  for (std::size_t k = 0; k < std::min(length, tracks.size()); ++k) list.push_back(tracks[k].track);
  return list;
}

}  // namespace engine::evaluate
