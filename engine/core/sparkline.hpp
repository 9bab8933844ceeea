// A line of marks, one for each value, for a terminal.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace engine {

enum class SparklineFrom : std::uint8_t {
  kZero,   // values >= 0: none of 0, "▁" to "█" of an eighth of the largest to the largest
  kLeast,  // "▁" of the least, "█" of the largest
};
std::string sparkline(std::span<const double> values, SparklineFrom from);

}  // namespace engine
