// Pages, drawings and charts, as a browser gets them.
#include "page/page.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "page/charts.hpp"
#include "page/svg.hpp"

using namespace engine;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("a page is whole, fetches nothing and has its title escaped", "[page]") {
  const std::string page = page_html("<b> & co", "<p>body</p>\n");
  CHECK_THAT(page, Catch::StartsWith("<!DOCTYPE html>") && Catch::EndsWith("</html>\n"));
  CHECK_THAT(page, Catch::Contains("<title>&lt;b&gt; &amp; co</title>") &&
                       Catch::Contains("<p>body</p>") &&
                       Catch::Contains("prefers-color-scheme: dark"));
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
}

TEST_CASE("every series has a colour in light and in dark", "[page]") {
  const std::string page = page_html("", "");
  for (int k = 0; k < 10; ++k) {
    CAPTURE(k);
    CHECK(count(page, ".s" + std::to_string(k) + " {") == 2);
  }
  CHECK(series_class(3) == "series s3");
  CHECK(series_class(13) == series_class(3));
}

TEST_CASE("an axis ends at the next of 1, 2 and 5", "[page]") {
  CHECK(scale_end(0) == 1);
  CHECK(scale_end(std::nan("")) == 1);
  CHECK(scale_end(0.03) == Approx(0.05));
  CHECK(scale_end(0.2) == Approx(0.2));
  CHECK(scale_end(1.1) == Approx(2));
  CHECK(scale_end(7) == Approx(10));
}

TEST_CASE("numbers that are none are dashes", "[page]") {
  CHECK(number_text(0.256, 2) == "0.26");
  CHECK(number_text(std::nan(""), 2) == "–");
  CHECK(percent_text(0.256) == "26 %");
}

TEST_CASE("bars have the length of their share, and names are escaped", "[page]") {
  const std::string chart = bar_chart("a & b", {"<rock>", "jazz"}, {{0.5, 0}, {0.25, 0.125}});
  CHECK_THAT(chart, Catch::Contains("aria-label=\"a &amp; b\"") &&
                        Catch::Contains("&lt;rock&gt;") && !Catch::Contains("<rock>"));
  CHECK(count(chart, "<rect") == 4);
  CHECK_THAT(chart, Catch::Contains("width=\"490.0\"") && Catch::Contains("width=\"245.0\"") &&
                        Catch::Contains("width=\"122.5\"") && Catch::Contains("width=\"0.0\""));
  CHECK_THAT(bar_chart("none", {}, {{}, {}}), Catch::EndsWith("</svg></div>\n"));
}

TEST_CASE("columns of nothing are drawn as nothing", "[page]") {
  const std::string chart = column_chart("energy", {"0.0", "0.5"}, {{0, 0}, {0, 0}});
  CHECK(count(chart, "height=\"0.0\"") == 4);
  CHECK(chart.find("nan") == std::string::npos);
}

TEST_CASE("a line breaks where there is nothing", "[page]") {
  const double none = std::nan("");
  const std::string chart = line_chart("over time", {{1, 1, none, none, none, 2, 2}}, 0, "a", "b");
  CHECK(count(chart, "<circle") == 4);
  CHECK(count(chart, "M") == 2);  // the path begins twice
  CHECK(chart.find("nan") == std::string::npos);
  const std::string one = line_chart("once", {{0.5}}, 2, "a", "b");
  CHECK_THAT(one, Catch::Contains(">a<") && !Catch::Contains(">b<"));
}

TEST_CASE("what is pointed at tells its text", "[page]") {
  Svg svg(10, 10, "x");
  svg.link(0, 0, 10, 10, "A & B");
  CHECK_THAT(svg.str(), Catch::Contains("<title>A &amp; B</title></path>"));
}
