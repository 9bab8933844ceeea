// When the clocks of a time zone are put forward and back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

struct ZoneChange {
  std::int64_t from = 0;    // Unix seconds
  std::int64_t offset = 0;  // from then on, seconds that the zone's clocks are ahead of UTC
};

/// The offset at `begin`, then every change before `end`. Throws Error(kUsage) when the system does
/// not know the zone. Single-threaded (uses the C library's zone).
std::vector<ZoneChange> zone_changes(const std::string& timezone, std::int64_t begin,
                                     std::int64_t end);

}  // namespace engine
