// The sentence on a recipe says no more than the intervals do.
#include "evaluate/verdict.hpp"

#include <catch2/catch.hpp>

using namespace engine::evaluate;

namespace {

/// A recipe and two opponents, of which "strong" has the higher precision; the differences of the
/// recipe to it are given.
Backtest backtest(const Interval& precision, const Interval& hits) {
  Backtest result;
  result.ks = {10, 30, 50};
  result.metric_names = metric_names(result.ks);
  const auto entry = [&](const char* name, bool is_baseline, double value) {
    EntryResult made;
    made.name = name;
    made.is_baseline = is_baseline;
    made.metrics.assign(result.metric_names.size(), {0, 0, 0, 5});
    made.metrics[find_metric(result.metric_names, "precision@30")].mean = value;
    result.entries.push_back(made);
  };
  entry("mine", false, 0.02);
  entry("weak", true, 0.01);
  entry("strong", true, 0.03);
  for (const std::size_t opponent : {1, 2}) {
    PairResult pair{0, opponent, {}};
    pair.metrics.assign(result.metric_names.size(), {9, 8, 10, 5});
    if (opponent == 2) {
      pair.metrics[find_metric(result.metric_names, "precision@30")] = precision;
      pair.metrics[find_metric(result.metric_names, "hit_rate@30")] = hits;
    }
    result.paired.push_back(pair);
  }
  result.places = {{0, 100}, {0, 200}, {1, 100}, {1, 200}, {1, 300}};
  return result;
}

}  // namespace

TEST_CASE("a verdict is on the strongest opponent and follows the intervals",
          "[evaluate][verdict]") {
  CHECK(verdict(backtest({0.01, 0.002, 0.02, 5}, {0.1, 0.05, 0.2, 5}), 0) ==
        "mine beats strong, the strongest of 2 opponents, in precision@30 (+0.0100, "
        "+0.0020..+0.0200) and in hit_rate@30 (+0.1000, +0.0500..+0.2000): 95 % intervals over 5 "
        "lists of 2 users");
  CHECK(verdict(backtest({-0.01, -0.02, -0.002, 5}, {0.1, -0.05, 0.2, 5}), 0) ==
        "mine loses to strong, the strongest of 2 opponents, in precision@30 (-0.0100, "
        "-0.0200..-0.0020), and cannot be told from it in hit_rate@30 (+0.1000, "
        "-0.0500..+0.2000): 95 % intervals over 5 lists of 2 users");
  CHECK_THAT(verdict(backtest({0, 0, 0, 5}, {0, 0, 0, 5}), 0),
             Catch::StartsWith("mine cannot be told from strong, the"));
}

TEST_CASE("one user's intervals are said to be one user's", "[evaluate][verdict]") {
  Backtest one = backtest({0.01, 0.002, 0.02, 5}, {0.1, 0.05, 0.2, 5});
  for (Place& place : one.places) place.user = 1;
  CHECK_THAT(verdict(one, 0), Catch::EndsWith("95 % intervals over 5 lists of one user"));
}

TEST_CASE("without a list in common there is no verdict", "[evaluate][verdict]") {
  CHECK(verdict(backtest({0, 0, 0, 0}, {0, 0, 0, 0}), 0) ==
        "mine and strong share no list to be compared by");
}

TEST_CASE("recipes come first, then the strongest opponents", "[evaluate][verdict]") {
  Backtest result = backtest({}, {});
  CHECK(first_entries(result) == std::vector<std::size_t>{0, 2, 1});
  CHECK(first_entries(result, 2) == std::vector<std::size_t>{0, 2});
  result.entries.push_back(result.entries[0]);  // a second recipe, named last
  CHECK(first_entries(result) == std::vector<std::size_t>{0, 3, 2, 1});
  CHECK(first_entries(result, 2) == std::vector<std::size_t>{0, 2});  // an opponent at least
}

TEST_CASE("the headline is at 30 where that is judged, else at the most", "[evaluate][verdict]") {
  Backtest result = backtest({}, {});
  CHECK(result.metric_names[headline_of(result).precision] == "precision@30");
  result.ks = {5, 20};
  result.metric_names = metric_names(result.ks);
  CHECK(result.metric_names[headline_of(result).hit_rate] == "hit_rate@20");
}
