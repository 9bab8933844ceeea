// Charts that stand on a phone.
#include "page/time_charts.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "page/page.hpp"

using namespace engine;

namespace {

const double kNone = std::nan("");

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

PlaceAxis axis_of(const std::vector<std::string>& names) {
  return {.names = names, .ticks = even_ticks(names)};
}

}  // namespace

TEST_CASE("a few places of many are named, the first and the last among them", "[page][charts]") {
  std::vector<std::string> names;
  for (int k = 0; k < 101; ++k) names.push_back(std::to_string(k));
  const auto ticks = even_ticks(names, 5);
  REQUIRE(ticks.size() == 5);
  CHECK(ticks.front() == std::pair<std::size_t, std::string>(0, "0"));
  CHECK(ticks[2].second == "50");
  CHECK(ticks.back().first == 100);
  CHECK(even_ticks({"a"}).size() == 1);
  CHECK(even_ticks({}).empty());
  CHECK(even_ticks({"May", "May", "Jun"}).size() == 2);  // named once
}

TEST_CASE("stacked columns stand upon each other and say what they are", "[page][charts]") {
  const std::string chart = stacked_columns(
      "plays & more", axis_of({"Mon", "Tue"}),
      {{"a", series_class(0), {2, 0}}, {"b", "none", {2, kNone}}}, ValueKind::kCount);
  // The axis ends at 4, and 136 units are from its begin to its end: two columns of 68.
  CHECK(times(chart, "<rect") == 2);
  CHECK(times(chart, "height=\"68.0\"") == 2);
  CHECK_THAT(chart, Catch::Contains("y=\"78.0\"") && Catch::Contains("y=\"10.0\""));
  CHECK_THAT(chart, Catch::Contains("<title>Mon: a 2</title>") &&
                        Catch::Contains("<g class=\"none\">") &&
                        Catch::Contains("aria-label=\"plays &amp; more\""));
  CHECK(chart.find("nan") == std::string::npos);
}

TEST_CASE("shares end at all of it", "[page][charts]") {
  const std::string chart =
      stacked_columns("shares", axis_of({"a"}), {{"x", series_class(0), {0.5}}}, ValueKind::kShare);
  CHECK_THAT(chart, Catch::Contains(">100 %</text>") && Catch::Contains(">50 %</text>"));
}

TEST_CASE("a trend breaks where nothing is known", "[page][charts]") {
  const std::string chart =
      trend_lines("rate", axis_of({"a", "b", "c", "d"}),
                  {{"", series_class(1), {0.1, kNone, 0.2, 0.3}}}, ValueKind::kShare);
  CHECK(times(chart, "<circle") == 3);
  CHECK(times(chart, "M") == 2);
  CHECK_THAT(chart, Catch::Contains(">30 %</text>"));
  CHECK_THAT(
      trend_lines("none", axis_of({"a"}), {{"", series_class(0), {kNone}}}, ValueKind::kDays),
      Catch::EndsWith("</svg>\n") && !Catch::Contains("nan"));
}

TEST_CASE("a heat map is darkest where there is most", "[page][charts]") {
  const std::string chart = heat_map("hours", {"Mon", "Tue"}, axis_of({"0:00", "1:00"}),
                                     {{0, 1}, {2, 4}}, ValueKind::kCount);
  CHECK(times(chart, "<rect") == 4);
  CHECK(times(chart, "fill-opacity=\"1.00\"") == 1);
  CHECK(times(chart, "fill-opacity=\"0.04\"") == 1);
  CHECK_THAT(chart, Catch::Contains("<title>Tue 1:00: 4</title>"));
  CHECK(heat_map("none", {"Mon"}, axis_of({"0:00"}), {{0}}, ValueKind::kCount).find("nan") ==
        std::string::npos);
}

TEST_CASE("what was said and what came lie on the diagonal where they are the same",
          "[page][charts]") {
  const std::string chart =
      reliability_chart("calibration", {{0.1, 0.1, 0.05, 0.15}, {0.2, 0.2, 0.1, 0.3}});
  // Both axes end at 30 %, 250 units long: 0.1 lies a third of the way.
  CHECK_THAT(chart, Catch::Contains("cx=\"127.3\" cy=\"176.7\"") &&
                        Catch::Contains("class=\"band\"") && Catch::Contains(">30 %</text>"));
  CHECK_THAT(reliability_chart("none", {}), !Catch::Contains("nan") && !Catch::Contains("band"));
}
