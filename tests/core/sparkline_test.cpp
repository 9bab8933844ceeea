#include "core/sparkline.hpp"

#include <vector>

#include <catch2/catch.hpp>

using engine::sparkline;
using engine::SparklineFrom;

TEST_CASE("a sparkline goes up from zero, or from its least value", "[core]") {
  CHECK(sparkline(std::vector<double>{0, 1, 4, 8}, SparklineFrom::kZero) == " ▁▄█");
  CHECK(sparkline(std::vector<double>{4, 5, 6, 8}, SparklineFrom::kLeast) == "▁▃▅█");
  CHECK(sparkline(std::vector<double>{0, 0}, SparklineFrom::kZero) == "  ");
  CHECK(sparkline(std::vector<double>{3, 3}, SparklineFrom::kLeast) == "▁▁");
  CHECK(sparkline({}, SparklineFrom::kZero).empty());
}
