// Artists of the rows to be arranged, numbered from 0 as spacing.hpp wants them.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// By first appearance; a track without an artist has a number of its own. `artist`: the column of
/// that name.
inline std::vector<std::int32_t> dense_artists(const playlist::OrderingCall& call,
                                               std::span<const std::int32_t> artist) {
  std::vector<std::int32_t> numbers(call.table("artists").rows(), -1), result(artist.size());
  std::int32_t next = 0;
  for (std::size_t row = 0; row < artist.size(); ++row) {
    if (artist[row] < 0) {
      result[row] = next++;
      continue;
    }
    std::int32_t& number = numbers[static_cast<std::size_t>(artist[row])];
    if (number < 0) number = next++;
    result[row] = number;
  }
  return result;
}
