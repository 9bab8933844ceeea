#include "core/zone_changes.hpp"

#include <algorithm>
#include <ctime>

#include "core/calendar.hpp"

namespace engine {
namespace {

/// By the C library's zone.
std::int64_t offset_at(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  localtime_r(&time, &parts);
  return parts.tm_gmtoff;
}

}  // namespace

std::vector<ZoneChange> zone_changes(const std::string& timezone, std::int64_t begin,
                                     std::int64_t end) {
  if (timezone.empty() || timezone == "UTC") return {{begin, 0}};
  local_day(begin, timezone);                // checks the name and makes it the C library's zone
  constexpr std::int64_t kStep = 7 * 86400;  // clocks are not put twice within a week
  std::vector<ZoneChange> changes = {{begin, offset_at(begin)}};
  for (std::int64_t before = begin; before < end; before += kStep) {
    const std::int64_t last = std::min(before + kStep, end);
    const std::int64_t offset = offset_at(last);
    if (offset == changes.back().offset) continue;
    std::int64_t low = before, high = last;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (offset_at(middle) == offset ? high : low) = middle;
    }
    changes.push_back({high, offset});
  }
  return changes;
}

}  // namespace engine
