// Which of some tracks, best first, last as long as wanted in all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

struct WantedLength {
  std::int64_t ms = 0;
  std::int64_t tolerance_ms = 0;
  std::size_t most_tracks = 0;  // 0: any number
};

/// Rows, ascending, whose lengths sum to the wanted one within its tolerance, and of those the rows
/// that stand furthest to the front: the least mean row, each by its length. Where no sum found is
/// within the tolerance, the rows with the nearest. At least one row, of any.
///
/// lengths_ms   above 0
/// How          sums of subsets, a row at a time; of those that fall into one step of a scale (0.25
///              s, of long lists more) the one furthest to the front goes on, with its exact sum;
///              at last one row for another where that is needed. What it returns is exact; that
///              it misses a choice that exists takes few rows that hardly combine
/// Cost         rows * steps, and * most_tracks where that is given; at most about 10^8, in at most
///              20 MB
std::vector<std::size_t> rows_of_length(std::span<const std::int32_t> lengths_ms,
                                        const WantedLength& wanted);

}  // namespace engine
