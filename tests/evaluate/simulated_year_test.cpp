// Weeks of the simulated year (tests/bench/year_bench.cpp has all of it): the limits of the dynamic
// playlist hold on every day, and it is heard through more often than what needs no engine.
#include "support/simulated_year.hpp"

#include <catch2/catch.hpp>

using test::ListWay;
using test::live_year;
using test::Year;

TEST_CASE("no limit of the dynamic playlist breaks on any day", "[simulation][kept]") {
  test::YearOptions options;
  options.days = 35;
  options.tracks = 40;
  options.seed = 5;
  const Year dynamic = live_year(ListWay::kDynamic, options);
  CHECK(dynamic.refreshes == 35);
  CHECK(dynamic.suggestions == 25);
  CHECK(dynamic.rejected > 0);
  for (const std::string& broken : dynamic.broken) FAIL_CHECK(broken);
  for (const ListWay way : {ListWay::kFixedShuffle, ListWay::kRecency}) {
    CAPTURE(static_cast<int>(way));
    CHECK(dynamic.mean_through() > live_year(way, options).mean_through());
  }
}

TEST_CASE("the same year is lived again", "[simulation][kept]") {
  test::YearOptions options;
  options.days = 14;
  options.tracks = 40;
  const Year first = live_year(ListWay::kDynamic, options);
  CHECK(live_year(ListWay::kDynamic, options).through == first.through);
}
