#include "core/local_time.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include "core/duration.hpp"

namespace engine {
namespace {

namespace chr = std::chrono;

constexpr std::int64_t kFarthestOffset = 26 * 3600;
constexpr const char* kZoneTable = "/usr/share/zoneinfo/zone.tab";

chr::year_month_day civil(std::int64_t day) {
  return chr::year_month_day(chr::sys_days(chr::days(day)));
}

std::int64_t number_of(chr::year_month_day date) {
  return chr::sys_days(date).time_since_epoch().count();
}

/// The digits at `at`, `count` of them; -1 where there are none.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return -1;
  int number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    number = 10 * number + (c - '0');
  }
  return number;
}

/// The day of that name in a year; of 29 February the 28th where the year has none.
std::int64_t anniversary_in(chr::year year, MonthAndDay of) {
  const chr::month month(static_cast<unsigned>(of.month));
  const chr::year_month_day date(year, month, chr::day(static_cast<unsigned>(of.day)));
  return number_of(date.ok() ? date : chr::year_month_day(year / month / chr::last));
}

}  // namespace

LocalClock::LocalClock(const std::string& timezone, std::int64_t begin, std::int64_t end)
    : changes_(zone_changes(timezone, begin, end)) {}

LocalTime LocalClock::at(std::int64_t seconds) const {
  const auto after = std::upper_bound(
      changes_.begin() + 1, changes_.end(), seconds,
      [](std::int64_t time, const ZoneChange& change) { return time < change.from; });
  const std::int64_t shown = seconds + std::prev(after)->offset;
  const std::int64_t day = shown >= 0 ? shown / kDay : -((kDay - 1 - shown) / kDay);
  return {day, static_cast<int>(shown - day * kDay)};
}

// By halving, as clocks may be put forward at midnight itself.
std::int64_t local_day_begin(std::int64_t day, const std::string& timezone) {
  std::int64_t before = day * kDay - kFarthestOffset;  // on an earlier day
  std::int64_t on = day * kDay + kFarthestOffset;      // on this one or a later one
  const LocalClock clock(timezone, before, on + 1);
  while (on - before > 1) {
    const std::int64_t middle = before + (on - before) / 2;
    (clock.at(middle).day < day ? before : on) = middle;
  }
  return on;
}

std::optional<DaySpan> days_of(std::string_view date) {
  const bool has_month = date.size() >= 7, has_day = date.size() == 10;
  if (date.size() != 4 && date.size() != 7 && !has_day) return std::nullopt;
  if ((has_month && date[4] != '-') || (has_day && date[7] != '-')) return std::nullopt;
  const int year = digits_at(date, 0, 4);
  const int month = has_month ? digits_at(date, 5, 2) : 1,
            day = has_day ? digits_at(date, 8, 2) : 1;
  if (year < 0 || month < 1 || day < 1) return std::nullopt;
  const chr::year_month_day first{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                  chr::day(static_cast<unsigned>(day))};
  if (!first.ok()) return std::nullopt;
  if (has_day) return DaySpan{number_of(first), number_of(first) + 1};
  return DaySpan{number_of(first),
                 number_of(has_month ? first + chr::months(1) : first + chr::years(1))};
}

MonthAndDay month_and_day(std::int64_t day) {
  const chr::year_month_day date = civil(day);
  return {static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

int year_of(std::int64_t day) {
  return static_cast<int>(civil(day).year());
}

Anniversary nearest_anniversary(std::int64_t day, MonthAndDay of) {
  const chr::year year = civil(day).year();
  Anniversary nearest{0, INT32_MAX};
  for (const chr::year near : {year - chr::years(1), year, year + chr::years(1)}) {
    const auto away = static_cast<int>(std::abs(anniversary_in(near, of) - day));
    if (away < nearest.days_away) nearest = {static_cast<int>(near), away};
  }
  return nearest;
}

int daypart_of(int hour) {
  if (hour < 5 || hour >= 22) return 0;
  if (hour < 12) return 1;
  return hour < 17 ? 2 : 3;
}

int season_of(int month, bool is_southern) {
  return (month % 12 / 3 + (is_southern ? 2 : 0)) % 4;
}

// A line is "DE \t +5230+01322 \t Europe/Berlin ...": the sign of the latitude comes first.
bool is_southern_zone(const std::string& timezone) {
  std::ifstream table(kZoneTable);
  for (std::string line; std::getline(table, line);) {
    const std::size_t place = line.find('\t');
    if (line.empty() || line[0] == '#' || place == std::string::npos) continue;
    const std::size_t name = line.find('\t', place + 1);
    if (name == std::string::npos) continue;
    const std::size_t end = std::min(line.find('\t', name + 1), line.size());
    if (line.compare(name + 1, end - name - 1, timezone) == 0) return line[place + 1] == '-';
  }
  return false;
}

Moment moment_of(std::int64_t seconds, const std::string& timezone) {
  const LocalTime time = LocalClock(timezone, seconds, seconds + 1).at(seconds);
  const bool is_southern = timezone != "UTC" && is_southern_zone(timezone);
  return {time.hour(), kWeekdays[time.weekday()], kDayparts[daypart_of(time.hour())],
          kSeasons[season_of(month_and_day(time.day).month, is_southern)]};
}

}  // namespace engine
