// Times as people write them, and weeks and days in a user's time zone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine {

/// "2026-11-21", "2026-11-21T10:00:00Z", "2026-11-21 10:00", or Unix seconds, all UTC. Throws
/// Error(kUsage).
std::int64_t parse_time(std::string_view text);

/// "2026-11-21T10:00:00Z".
std::string format_time(std::int64_t seconds);
/// "2026-11-21".
std::string format_date(std::int64_t seconds);

/// Days since 1970-01-01 of the civil day that holds `seconds` in `timezone` ("Europe/Berlin",
/// "UTC"). Throws Error(kUsage) when the system does not know the zone. Single-threaded (uses the C
/// library's zone).
std::int64_t local_day(std::int64_t seconds, const std::string& timezone);

/// Days since 1970-01-01 of the Monday that begins that week.
std::int64_t local_week(std::int64_t seconds, const std::string& timezone);

/// Unix seconds at which that Monday begins in `timezone`.
std::int64_t local_week_begin(std::int64_t seconds, const std::string& timezone);

/// The same time of day `months` calendar months earlier, UTC; the day is clipped to the month's
/// length.
std::int64_t months_before(std::int64_t seconds, int months);

}  // namespace engine
