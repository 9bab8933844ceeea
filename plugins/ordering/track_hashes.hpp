// Ties between tracks are settled by a hash of the store's id: no order that means anything, the
// same in every run, and the same whatever order the tracks come in.
#pragma once

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

/// One per row.
inline std::vector<std::uint64_t> track_hashes(const playlist::OrderingCall& call) {
  const playlist::Table tracks = call.table("tracks");
  const auto ids = tracks["id"].i64();
  const auto track = call.track();
  std::vector<std::uint64_t> hashes(track.size());
  for (std::size_t row = 0; row < hashes.size(); ++row) {
    std::uint64_t state = static_cast<std::uint64_t>(ids[static_cast<std::size_t>(track[row])]);
    hashes[row] = playlist::splitmix64(state);
  }
  return hashes;
}

/// Row numbers by their hash; equal hashes (of equal tracks) keep their order.
inline std::vector<std::int32_t> rows_by_hash(const std::vector<std::uint64_t>& hashes) {
  std::vector<std::int32_t> rows(hashes.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::stable_sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
    return hashes[static_cast<std::size_t>(a)] < hashes[static_cast<std::size_t>(b)];
  });
  return rows;
}
