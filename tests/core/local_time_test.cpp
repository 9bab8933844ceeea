#include "core/local_time.hpp"

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"

using namespace engine;

namespace {

std::string told(const char* time, const char* timezone) {
  const Moment moment = moment_of(parse_time(time), timezone);
  return std::to_string(moment.hour) + " " + moment.weekday + " " + moment.daypart + " " +
         moment.season;
}

std::int64_t day(const char* date) {
  return parse_time(date) / 86400;
}

}  // namespace

TEST_CASE("a moment is told by the clocks of the zone", "[local_time]") {
  CHECK(told("2026-11-21T23:30:00Z", "UTC") == "23 saturday night autumn");
  CHECK(told("2026-11-21T23:30:00Z", "Europe/Berlin") == "0 sunday night autumn");
  CHECK(told("2026-11-21T23:30:00Z", "America/New_York") == "18 saturday evening autumn");
  CHECK(told("2026-11-21T23:30:00Z", "Australia/Sydney") == "10 sunday morning spring");
  CHECK(told("2026-07-01T12:00:00Z", "Europe/Berlin") == "14 wednesday afternoon summer");
  CHECK(told("2026-07-01T12:00:00Z", "America/Sao_Paulo") == "9 wednesday morning winter");
  CHECK_THROWS_WITH(told("2026-07-01", "Europe/Nowhere"), Catch::Contains("Europe/Nowhere"));
}

TEST_CASE("parts of the day begin at 5, 12, 17 and 22", "[local_time]") {
  std::string parts;
  for (int hour = 0; hour < 24; ++hour) parts += kDayparts[daypart_of(hour)][0];
  CHECK(parts == "nnnnnmmmmmmmaaaaaeeeeenn");
  std::string seasons, southern;
  for (int month = 1; month <= 12; ++month) {
    seasons += kSeasons[season_of(month, false)][1];
    southern += kSeasons[season_of(month, true)][1];
  }
  CHECK(seasons == "iipppuuuuuui");  // winter, spring, summer, autumn by their second letters
  CHECK(southern == "uuuuuiiipppu");
}

TEST_CASE("clocks that are put forward and back are read right", "[local_time]") {
  // 2026-03-29 01:00 UTC: 2:00 becomes 3:00 in Berlin; 2026-10-25 01:00 UTC: 3:00 becomes 2:00.
  const LocalClock clock("Europe/Berlin", parse_time("2026-01-01"), parse_time("2027-01-01"));
  CHECK(clock.at(parse_time("2026-03-29T00:59:59Z")).hour() == 1);
  CHECK(clock.at(parse_time("2026-03-29T01:00:00Z")).hour() == 3);
  CHECK(clock.at(parse_time("2026-10-25T00:59:59Z")).hour() == 2);
  CHECK(clock.at(parse_time("2026-10-25T01:00:00Z")).hour() == 2);
  CHECK(local_day_begin(day("2026-03-29"), "Europe/Berlin") == parse_time("2026-03-28T23:00:00Z"));
  CHECK(local_day_begin(day("2026-03-30"), "Europe/Berlin") == parse_time("2026-03-29T22:00:00Z"));
  CHECK(local_day_begin(day("2026-03-30"), "UTC") == parse_time("2026-03-30"));
  // In Santiago the day 2026-09-06 begins at 1:00: its midnight is skipped.
  const std::int64_t begin = local_day_begin(day("2026-09-06"), "America/Santiago");
  CHECK(begin == parse_time("2026-09-06T04:00:00Z"));
  CHECK(LocalClock("UTC", -86400, 0).at(-1).hour() == 23);
  CHECK(LocalClock("UTC", -86400, 0).at(-1).day == -1);
}

TEST_CASE("dates are years, months and days, and nothing else", "[local_time]") {
  CHECK(days_of("2019")->first == day("2019-01-01"));
  CHECK(days_of("2019")->end == day("2020-01-01"));
  CHECK(days_of("2019-12")->first == day("2019-12-01"));
  CHECK(days_of("2019-12")->end == day("2020-01-01"));
  CHECK(days_of("2020-02-29")->end == day("2020-03-01"));
  for (const char* text : {"", "19", "2019-", "2019-13", "2019-00", "2019-6", "2019-02-29",
                           "2019/06", "2019-06-1x", "june", "2019-06-15T10:00"}) {
    CAPTURE(text);
    CHECK_FALSE(days_of(text).has_value());
  }
}

TEST_CASE("the nearest anniversary may lie in the year before or after", "[local_time]") {
  const auto away = [](const char* date, MonthAndDay of) {
    const Anniversary nearest = nearest_anniversary(day(date), of);
    return std::to_string(nearest.year) + " " + std::to_string(nearest.days_away);
  };
  CHECK(away("2020-11-21", {11, 21}) == "2020 0");
  CHECK(away("2020-11-19", {11, 21}) == "2020 2");
  CHECK(away("2019-12-30", {1, 2}) == "2020 3");
  CHECK(away("2020-01-02", {12, 30}) == "2019 3");
  CHECK(away("2019-02-28", {2, 29}) == "2019 0");
  CHECK(away("2020-02-28", {2, 29}) == "2020 1");
}
