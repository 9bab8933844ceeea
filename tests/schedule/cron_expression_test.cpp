#include "schedule/cron_expression.hpp"

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"

using engine::Error;
using engine::format_time;
using engine::parse_time;
using engine::schedule::CronExpression;

namespace {

/// The next times after `after`, as UTC.
std::vector<std::string> next_times(const std::string& expression, const std::string& zone,
                                    const std::string& after, int count) {
  std::vector<std::string> times;
  std::int64_t from = parse_time(after);
  for (int k = 0; k < count; ++k) {
    const auto next = engine::schedule::next_time(CronExpression::parse(expression), from, zone);
    if (!next) break;
    times.push_back(format_time(*next));
    from = *next;
  }
  return times;
}

std::string refused(const std::string& expression) {
  try {
    CronExpression::parse(expression);
  } catch (const Error& error) {
    CHECK(error.exit() == engine::Exit::kUsage);
    return error.text();
  }
  return "it was taken";
}

using Times = std::vector<std::string>;

}  // namespace

TEST_CASE("a fixed time comes once a day through both changes of the clocks", "[schedule]") {
  // Berlin: 2027-03-28 from 02:00 to 03:00, 2026-10-25 from 03:00 back to 02:00.
  CHECK(next_times("30 2 * * *", "Europe/Berlin", "2027-03-27T00:00:00Z", 3) ==
        Times{"2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"});
  CHECK(next_times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2) ==
        Times{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"});
  // Asked between the two, it has come already.
  CHECK(next_times("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", 1) ==
        Times{"2026-10-26T01:30:00Z"});
  // Santiago puts its clocks forward at midnight: 2027-09-05 begins at 01:00.
  CHECK(next_times("0 0 * * *", "America/Santiago", "2027-09-04T12:00:00Z", 2) ==
        Times{"2027-09-05T04:00:00Z", "2027-09-06T03:00:00Z"});
}

TEST_CASE("what is no fixed time goes by what the clocks show", "[schedule]") {
  CHECK(next_times("*/30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 2) ==
        Times{"2027-03-29T00:00:00Z", "2027-03-29T00:30:00Z"});
  CHECK(next_times("0,30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 5) ==
        Times{"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z",
              "2026-10-25T01:30:00Z", "2026-10-26T01:00:00Z"});
  CHECK(next_times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 3) ==
        Times{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"});
  // Lord Howe's clocks are put by half an hour.
  CHECK(next_times("*/15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 3) ==
        Times{"2026-10-03T15:30:00Z", "2026-10-03T15:45:00Z", "2026-10-04T15:00:00Z"});
}

TEST_CASE("days and weekdays are either, and both where one is any", "[schedule]") {
  CHECK(next_times("0 0 13 * fri", "UTC", "2026-11-01", 4) ==
        Times{"2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z",
              "2026-11-27T00:00:00Z"});
  CHECK(next_times("0 0 13 * *", "UTC", "2026-11-01", 2) ==
        Times{"2026-11-13T00:00:00Z", "2026-12-13T00:00:00Z"});
  CHECK(next_times("0 7 * * fri-SUN", "UTC", "2026-11-30", 3) ==
        Times{"2026-12-04T07:00:00Z", "2026-12-05T07:00:00Z", "2026-12-06T07:00:00Z"});
  CHECK(next_times("0 0 29 feb *", "UTC", "2026-11-30", 2) ==
        Times{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"});
  CHECK(next_times("@weekly", "UTC", "2026-11-30", 1) == Times{"2026-12-06T00:00:00Z"});
  CHECK(next_times("@Yearly", "UTC", "2026-11-30", 1) == Times{"2027-01-01T00:00:00Z"});
}

TEST_CASE("a day that no month has never comes", "[schedule]") {
  CHECK(next_times("0 0 31 2 *", "Europe/Berlin", "2026-11-30", 1).empty());
  CHECK(next_times("0 0 31 4,6,9,11 *", "UTC", "2026-11-30", 1).empty());
  // 2100 is no leap year: eight years lie between two of them.
  CHECK(next_times("0 0 29 2 *", "UTC", "2096-03-01", 1) == Times{"2104-02-29T00:00:00Z"});
}

TEST_CASE("each_time tells what has come, `until` included", "[schedule]") {
  Times times;
  engine::schedule::each_time(CronExpression::parse("0 */8 * * *"),
                              parse_time("2026-11-29T08:00:00Z"),
                              parse_time("2026-11-30T08:00:00Z"), "UTC",
                              [&](std::int64_t time) { times.push_back(format_time(time)); });
  CHECK(times == Times{"2026-11-29T16:00:00Z", "2026-11-30T00:00:00Z", "2026-11-30T08:00:00Z"});
}

TEST_CASE("an expression is told in words", "[schedule]") {
  const auto words = [](const char* text) { return CronExpression::parse(text).in_words(); };
  CHECK(words("*/30 * * * *") == "every 30 minutes");
  CHECK(words("* * * * *") == "every minute");
  CHECK(words("@hourly") == "every hour");
  CHECK(words("20 * * * *") == "at :20 of every hour");
  CHECK(words("10,40 * * * *") == "at :10 and :40 of every hour");
  CHECK(words("5 */6 * * *") == "every 6 hours, from 00:05 on every day");
  CHECK(words("0 7 * * 1") == "at 07:00 on Mondays");
  CHECK(words("0 7,19 * * *") == "at 07:00 and 19:00 every day");
  CHECK(words("0 3 1,15 * *") == "at 03:00 on the 1st and 15th of the month");
  CHECK(words("0 0 13 * 5") == "at 00:00 on the 13th of the month and on Fridays");
  CHECK(words("*/10 8-10 * jan,dec *") ==
        "every 10 minutes from 08:00 to 10:50 every day in January and December");
}

TEST_CASE("what goes by steps and rows is told as that", "[schedule]") {
  const auto words = [](const char* text) { return CronExpression::parse(text).in_words(); };
  CHECK(words("*/15 * * * *") == "every 15 minutes");
  CHECK(words("0,15,30,45 * * * *") == "every 15 minutes");
  CHECK(words("7-59/15 * * * *") == "every 15 minutes, from :07 on");
  CHECK(words("*/25 * * * *") == "at :00, :25 and :50 of every hour");  // 50 and 00 are ten apart
  CHECK(words("0-10 * * * *") == "at :00 to :10 of every hour");
  CHECK(words("*/15 8-18 * * 1-5") == "every 15 minutes from 08:00 to 18:45 on Mondays to Fridays");
  CHECK(words("5-59/15 8-18 * * *") == "every 15 minutes from 08:05 to 18:50 every day");
  CHECK(words("0 8-18 * * sat,sun") == "every hour from 08:00 to 18:00 on Saturdays and Sundays");
  CHECK(words("* 3 * * *") == "every minute from 03:00 to 03:59 every day");
  CHECK(words("10,40 8-18 * * *") == "at :10 and :40 of the hours 8 to 18 every day");
  CHECK(words("*/15 */2 * * *") == "every 15 minutes of every 2nd hour, from 0 on every day");
  CHECK(words("5 1-23/2 * * *") == "every 2 hours, from 01:05 on every day");
  CHECK(words("30 8,20 * * *") == "at 08:30 and 20:30 every day");
  CHECK(words("0 6 1-7 1-3 *") == "at 06:00 on the 1st to 7th of the month in January to March");
  CHECK(words("0 6 * * fri-sun") == "at 06:00 on Fridays to Sundays");
}

TEST_CASE("what is no expression is refused with the field and what it takes", "[schedule]") {
  using Catch::Contains;
  CHECK_THAT(refused("60 * * * *"), Contains("the minute cannot be \"60\": it takes 0 to 59"));
  CHECK_THAT(refused("* 24 * * *"), Contains("the hour cannot be \"24\""));
  CHECK_THAT(refused("* * 0 * *"), Contains("the day of the month cannot be \"0\""));
  CHECK_THAT(refused("* * * foo *"), Contains("1 to 12, or jan to dec"));
  CHECK_THAT(refused("* * * * mond"), Contains("the weekday cannot be \"mond\""));
  CHECK_THAT(refused("* 22-6 * * *"), Contains("write two of them: 22-23,0-6"));
  CHECK_THAT(refused("5/15 * * * *"), Contains("write */15 or 5-59/15"));
  CHECK_THAT(refused("*/61 * * * *"), Contains("a step is 1 to 60"));
  CHECK_THAT(refused("*/0 * * * *"), Contains("a step is 1 to 60"));
  CHECK_THAT(refused("0 7 * *"), Contains("it has 4 fields"));
  CHECK_THAT(refused("0 0 7 * * 1"), Contains("it has 6 fields"));
  CHECK_THAT(refused(""), Contains("it has 0 fields"));
  CHECK_THAT(refused("@dayly"), Contains("did you mean @daily?"));
  CHECK_THAT(refused("1,,2 * * * *"), Contains("the minute cannot be \"\""));
  CHECK_THAT(refused("-1 * * * *"), Contains("the minute cannot be \"\""));
  CHECK_THAT(refused(std::string(300, '*')), Contains("longer than 200 bytes"));
}
