// Shares as a listener reads them.
#pragma once

#include <cmath>
#include <string>

namespace engine::verbs {

/// "12 %" of 0.123.
inline std::string whole_percent(double share) {
  return std::to_string(std::lround(100 * share)) + " %";
}

}  // namespace engine::verbs
