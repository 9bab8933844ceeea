#include "plan/pullers.hpp"

#include <catch2/catch.hpp>

using namespace engine;

namespace {

/// Branches with shares; those named in `generative` have an otherwise.
std::vector<Branch> branches(const std::vector<double>& shares,
                             const std::vector<std::size_t>& generative) {
  std::vector<Branch> result;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    Branch branch{static_cast<int>(i), shares[i], -1};
    for (const std::size_t g : generative) {
      if (g == i) branch.otherwise = 0;
    }
    result.push_back(branch);
  }
  return result;
}

}  // namespace

TEST_CASE("generative branches get their share rounded up", "[mix]") {
  CHECK(slots_per_branch(branches({0.92, 0.08}, {1}), 50) == std::vector<std::int64_t>{46, 4});
  CHECK(slots_per_branch(branches({0.92, 0.08}, {1}), 51) ==
        std::vector<std::int64_t>{46, 5});  // 4.08
  CHECK(slots_per_branch(branches({0.9, 0.1}, {1}), 30) ==
        std::vector<std::int64_t>{27, 3});  // not 4 by rounding error
  CHECK(slots_per_branch(branches({1, 0}, {1}), 30) == std::vector<std::int64_t>{30, 0});
  CHECK(slots_per_branch(branches({0, 1}, {1}), 30) == std::vector<std::int64_t>{0, 30});
  CHECK(slots_per_branch(branches({0.99, 0.01}, {1}), 1) == std::vector<std::int64_t>{0, 1});
}

TEST_CASE("the other branches share the rest by largest remainder", "[mix]") {
  CHECK(slots_per_branch(branches({0.5, 0.3, 0.2}, {}), 10) == std::vector<std::int64_t>{5, 3, 2});
  CHECK(slots_per_branch(branches({1. / 3, 1. / 3, 1. / 3}, {}), 10) ==
        std::vector<std::int64_t>{4, 3, 3});
  CHECK(slots_per_branch(branches({0.6, 0.3, 0.1}, {2}), 25) ==
        std::vector<std::int64_t>{15, 7, 3});
}

TEST_CASE("slots of a branch are spread evenly and none is lost", "[mix]") {
  CHECK(spread_slots({4, 2}) == std::vector<int>{0, 1, 0, 0, 1, 0});
  CHECK(spread_slots({1, 0}) == std::vector<int>{0});
  CHECK(spread_slots({0, 0}).empty());
  const std::int64_t total = GENERATE(10, 33, 50, 1000);
  const std::int64_t rare = GENERATE(1, 3, 4);
  const std::vector<int> pattern = spread_slots({total - rare, rare});
  CAPTURE(total, rare);
  REQUIRE(static_cast<std::int64_t>(pattern.size()) == total);
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == 1) places.push_back(static_cast<std::int64_t>(i));
  }
  REQUIRE(static_cast<std::int64_t>(places.size()) == rare);
  for (std::size_t i = 1; i < places.size(); ++i) {
    CHECK(std::abs((places[i] - places[i - 1]) - total / rare) <= 1);
  }
}
