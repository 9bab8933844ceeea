// What the clocks of a time zone show, and the words that recipes have for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/zone_changes.hpp"

namespace engine {

/// A time as the clocks of a zone show it.
struct LocalTime {
  std::int64_t day = 0;  // days since 1970-01-01
  int second = 0;        // of the day, 0..86399

  [[nodiscard]] int hour() const { return second / 3600; }
  [[nodiscard]] int weekday() const { return static_cast<int>(((day + 3) % 7 + 7) % 7); }
};

/// Reads any number of times on the clocks of one zone.
class LocalClock {
 public:
  /// For times in [begin, end). Throws Error(kUsage) when the system does not know the zone.
  /// Single-threaded (uses the C library's zone); what is made may be read by all.
  LocalClock(const std::string& timezone, std::int64_t begin, std::int64_t end);
  [[nodiscard]] LocalTime at(std::int64_t seconds) const;

 private:
  std::vector<ZoneChange> changes_;
};

/// Unix seconds at which a day (since 1970-01-01) begins in the zone.
std::int64_t local_day_begin(std::int64_t day, const std::string& timezone);

/// Days since 1970-01-01, without `end`.
struct DaySpan {
  std::int64_t first = 0, end = 0;
};
/// The days of "2019", "2019-06" or "2019-06-15"; nothing for another text.
std::optional<DaySpan> days_of(std::string_view date);

struct MonthAndDay {
  int month = 1, day = 1;  // from 1 on
};
MonthAndDay month_and_day(std::int64_t day);
/// How many days lie between `day` and the nearest day of that name, and the year of that one; 29
/// February is the 28th in years without it.
struct Anniversary {
  int year = 0;
  int days_away = 0;
};
Anniversary nearest_anniversary(std::int64_t day, MonthAndDay of);
int year_of(std::int64_t day);

// The words, in the order of the numbers that stand for them here.
inline constexpr const char* kWeekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                            "friday", "saturday", "sunday"};
inline constexpr const char* kDayparts[] = {"night", "morning", "afternoon", "evening"};
inline constexpr const char* kSeasons[] = {"winter", "spring", "summer", "autumn"};

/// Night from 22 to 5, morning to 12, afternoon to 17, evening to 22, as in scripts/formulas.lua.
int daypart_of(int hour);
/// By whole months: winter is December to February, and south of the equator June to August.
int season_of(int month, bool is_southern);
/// Whether the system's table of zones has its place south of the equator. One that is not in
/// there, such as UTC or another name of a zone, is taken for a northern one.
bool is_southern_zone(const std::string& timezone);

/// `now` in recipes.
struct Moment {
  int hour = 0;  // 0..23
  std::string weekday, daypart, season;
};
/// As the clocks of the zone show it.
Moment moment_of(std::int64_t seconds, const std::string& timezone);

}  // namespace engine
