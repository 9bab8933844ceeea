#include "core/calendar.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "core/duration.hpp"
#include "core/error.hpp"

namespace engine {
namespace {

namespace chr = std::chrono;

chr::sys_days day_of(std::int64_t seconds) {
  return chr::floor<chr::days>(chr::sys_seconds(chr::seconds(seconds)));
}

}  // namespace

std::int64_t parse_time(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  if (const auto r = std::from_chars(text.data(), end, number);
      r.ec == std::errc() && r.ptr == end) {
    return number;
  }
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  const std::string copy(text);
  const int date_fields = std::sscanf(copy.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used);
  bool is_good = date_fields == 3;
  const std::string rest = is_good ? copy.substr(static_cast<std::size_t>(used)) : "";
  if (is_good && !rest.empty() && rest != "Z") {
    char mark = 0;
    int tail = 0;
    const int fields = std::sscanf(rest.c_str(), "%c%2d:%2d%n", &mark, &hour, &minute, &tail);
    is_good = fields == 3 && (mark == 'T' || mark == ' ');
    std::string more = is_good ? rest.substr(static_cast<std::size_t>(tail)) : "";
    if (is_good && more.size() >= 3 && more[0] == ':') {
      is_good = std::sscanf(more.c_str(), ":%2d", &second) == 1;
      more = more.substr(3);
    }
    is_good = is_good && (more.empty() || more == "Z");
  }
  const chr::year_month_day date{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                 chr::day(static_cast<unsigned>(day))};
  if (!is_good || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    throw Error(
        Exit::kUsage, "cannot read the time \"" + copy + "\"",
        {"", "", "it accepts 2026-11-21, 2026-11-21T10:00:00Z or Unix seconds, in UTC", ""});
  }
  return chr::sys_days(date).time_since_epoch().count() * kDay + hour * 3600 + minute * 60 + second;
}

std::string format_date(std::int64_t seconds) {
  return format_time(seconds).substr(0, 10);
}

std::string format_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::int64_t local_day(std::int64_t seconds, const std::string& timezone) {
  if (timezone.empty() || timezone == "UTC") return day_of(seconds).time_since_epoch().count();
  const bool is_safe_name = timezone.find("..") == std::string::npos && timezone[0] != '/';
  if (!is_safe_name || !std::filesystem::exists("/usr/share/zoneinfo/" + timezone)) {
    throw Error(Exit::kUsage, "the system does not know the time zone \"" + timezone + "\"",
                {"", "", "", "use a name such as Europe/Berlin or UTC, or install tzdata"});
  }
  setenv("TZ", timezone.c_str(), 1);
  tzset();
  const std::time_t time = seconds;
  std::tm parts{};
  localtime_r(&time, &parts);
  return day_of(seconds + parts.tm_gmtoff).time_since_epoch().count();
}

std::int64_t local_week(std::int64_t seconds, const std::string& timezone) {
  const std::int64_t day = local_day(seconds, timezone);  // day 0 was a Thursday
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;   // 0 = Monday
  return day - weekday;
}

// The first second of that day. Found by halving, as the offset at midnight may be another than
// now's and as clocks may be put forward at midnight itself.
std::int64_t local_week_begin(std::int64_t seconds, const std::string& timezone) {
  constexpr std::int64_t kFarthestOffset = 26 * 3600;
  const std::int64_t monday = local_week(seconds, timezone);
  std::int64_t before = monday * kDay - kFarthestOffset;  // on an earlier day
  std::int64_t on = std::min(seconds, monday * kDay + kFarthestOffset);
  while (on - before > 1) {
    const std::int64_t middle = before + (on - before) / 2;
    (local_day(middle, timezone) < monday ? before : on) = middle;
  }
  return on;
}

std::int64_t months_before(std::int64_t seconds, int months) {
  const chr::sys_days day = day_of(seconds);
  const std::int64_t time_of_day = seconds - day.time_since_epoch().count() * kDay;
  chr::year_month_day date(day);
  chr::year_month_day moved = date - chr::months(months);
  if (!moved.ok()) moved = moved.year() / moved.month() / chr::last;
  return chr::sys_days(moved).time_since_epoch().count() * kDay + time_of_day;
}

}  // namespace engine
