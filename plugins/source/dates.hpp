// Dates and times as exports write them, to Unix seconds, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace source {

struct Time {
  std::int64_t seconds = 0;
  std::int32_t precision = 1;  // 1, 60 (no seconds given) or 86400 (no time of day given)
};

/// "2026-01-02T03:04:05Z", exactly this form; the quick way for millions of them.
std::optional<std::int64_t> read_utc(std::string_view text);

/// Any of
///   2026-01-02, 2026-01-02T03:04, 2026-01-02 03:04:05.678, with Z, +01:00 or +0100 behind
///   2 Jan 2026, 02 Jan 2026, 03:04, 02 Jan 2026 03:04:05          (English month names)
///   1/2/2026, 1/2/2026 3:04, 1/2/2026 3:04:05 PM                  (month first, as spreadsheets
///                                                                  write; day first when above 12)
/// Without a zone it is UTC.
std::optional<Time> read_time(std::string_view text);

/// Seconds or milliseconds since 1970, told apart by size; a fraction is cut off.
std::optional<std::int64_t> read_epoch(std::string_view text);

/// The year of "1999", "1999-07", "1999-07-31", "7/31/1999", 1900..2100.
std::optional<std::int32_t> read_year(std::string_view text);

/// From 2000 to 2099: what a listen, like or playlist of a music service can be dated.
bool is_plausible(std::int64_t seconds);

}  // namespace source
