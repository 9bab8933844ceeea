// Rows in the order of a key.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace engine {

/// Rows sorted by a key, largest first (or smallest), ties by track number, then by row. NaN keys
/// come last. Many rows are sorted by the digits of their keys, in time linear in their number.
std::vector<std::int32_t> rows_by(std::span<const float> keys, std::span<const std::int32_t> tracks,
                                  bool is_largest_first);
std::vector<std::int32_t> rows_by(std::span<const double> keys,
                                  std::span<const std::int32_t> tracks, bool is_largest_first);

}  // namespace engine
