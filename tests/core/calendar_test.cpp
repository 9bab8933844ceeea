#include "core/calendar.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace engine;

TEST_CASE("times are read in every documented form", "[calendar]") {
  CHECK(parse_time("0") == 0);
  CHECK(parse_time("1700000000") == 1700000000);
  CHECK(parse_time("2023-11-14") == 1699920000);
  CHECK(parse_time("2023-11-14T22:13:20Z") == 1700000000);
  CHECK(parse_time("2023-11-14 22:13") == 1699999980);
  CHECK(parse_time("2024-02-29") == 1709164800);
}

TEST_CASE("a time that is none is refused with the accepted forms", "[calendar]") {
  const std::string text = GENERATE("", "yesterday", "2023-02-29", "2023-13-01", "2023-11-14T25:00",
                                    "2023-11-14x", "12 Nov 2023", "2023-11-14T22:13:20+01:00");
  CAPTURE(text);
  CHECK_THROWS_WITH(parse_time(text), Catch::Contains("cannot read the time"));
}

TEST_CASE("times are written as they are read", "[calendar]") {
  CHECK(format_time(1700000000) == "2023-11-14T22:13:20Z");
  CHECK(format_date(1700000000) == "2023-11-14");
  CHECK(parse_time(format_time(1)) == 1);
}

TEST_CASE("a week begins on Monday in the user's time zone", "[calendar]") {
  const std::int64_t monday = parse_time("2026-11-16") / 86400;
  CHECK(local_week(parse_time("2026-11-16"), "UTC") == monday);
  CHECK(local_week(parse_time("2026-11-21T12:00:00Z"), "UTC") == monday);
  CHECK(local_week(parse_time("2026-11-22T23:59:59Z"), "UTC") == monday);
  CHECK(local_week(parse_time("2026-11-23"), "UTC") == monday + 7);
  // 23:30 UTC on Sunday is Monday 00:30 in Berlin, and Sunday 18:30 in New York.
  CHECK(local_week(parse_time("2026-11-22T23:30:00Z"), "Europe/Berlin") == monday + 7);
  CHECK(local_week(parse_time("2026-11-22T23:30:00Z"), "America/New_York") == monday);
}

TEST_CASE("a week begins with the first second of Monday, there", "[calendar]") {
  const std::int64_t saturday = parse_time("2026-11-21T12:00:00Z");
  CHECK(local_week_begin(saturday, "UTC") == parse_time("2026-11-16"));
  CHECK(local_week_begin(saturday, "Europe/Berlin") == parse_time("2026-11-15T23:00:00Z"));
  CHECK(local_week_begin(saturday, "America/New_York") == parse_time("2026-11-16T05:00:00Z"));
  CHECK(local_week_begin(parse_time("2026-11-16"), "UTC") == parse_time("2026-11-16"));
  CHECK(local_week_begin(parse_time("2026-11-16") - 1, "UTC") == parse_time("2026-11-09"));
  // Clocks went back on Sunday 2026-10-25: that week began at midnight of summer time.
  CHECK(local_week_begin(parse_time("2026-10-25T12:00:00Z"), "Europe/Berlin") ==
        parse_time("2026-10-18T22:00:00Z"));
  CHECK(local_week_begin(parse_time("1969-12-31"), "UTC") == parse_time("1969-12-29"));
}

TEST_CASE("an unknown time zone is named", "[calendar]") {
  CHECK_THROWS_WITH(local_day(0, "Europe/Nowhere"), Catch::Contains("Europe/Nowhere"));
  CHECK_THROWS_WITH(local_day(0, "../../etc/passwd"), Catch::Contains("../../etc/passwd"));
}

TEST_CASE("months are calendar months, clipped to the month's end", "[calendar]") {
  CHECK(months_before(parse_time("2026-11-21T10:00:00Z"), 3) == parse_time("2026-08-21T10:00:00Z"));
  CHECK(months_before(parse_time("2024-05-31"), 3) == parse_time("2024-02-29"));
  CHECK(months_before(parse_time("2026-01-15"), 1) == parse_time("2025-12-15"));
  CHECK(months_before(parse_time("2026-01-15"), 0) == parse_time("2026-01-15"));
}
