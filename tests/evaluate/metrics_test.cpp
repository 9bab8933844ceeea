// The metrics, by hand.
#include "evaluate/metrics.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "core/error.hpp"

using engine::evaluate::JudgedList;
using engine::evaluate::measure;
using engine::evaluate::Truth;

namespace {

const std::vector<std::int64_t> kKs = {2, 4};

double value(const std::string& name, const std::vector<double>& values) {
  return values[engine::evaluate::find_metric(engine::evaluate::metric_names(kKs), name)];
}

/// Tracks 2, 4 and 9 were played, 4 and 9 for the first time; 3 was begun and skipped.
Truth small_truth() {
  Truth truth;
  truth.tracks = {{2, 1, 1, 0}, {3, 0, 1, 1}, {4, 2, 3, 1}, {9, 1, 0, 0}};
  truth.played = 3;
  truth.played_new = 2;
  return truth;
}

JudgedList small_list() {
  JudgedList list;
  list.tracks = {1, 2, 3, 4};
  list.artists = {10, 10, 20, 30};
  list.is_new = {false, false, true, true};
  list.is_artist_new = {false, false, false, true};
  list.is_tail = {true, false, true, true};
  return list;
}

}  // namespace

TEST_CASE("metrics of a small list are what a pencil gives", "[evaluate][metrics]") {
  const std::vector<std::int32_t> previous = {7, 3};
  JudgedList list = small_list();
  list.previous = &previous;
  list.first_shown = 3;
  list.list_count = 10;
  list.catalogue_count = 60;
  const std::vector<double> values = measure(list, small_truth(), kKs);
  REQUIRE(values.size() == engine::evaluate::metric_names(kKs).size());

  CHECK(value("hit_rate@2", values) == 1);
  CHECK(value("precision@2", values) == 0.5);
  CHECK(value("recall@2", values) == Approx(1.0 / 3));
  CHECK(value("ndcg@2", values) == Approx((1 / std::log2(3.0)) / (1 + 1 / std::log2(3.0))));
  CHECK(value("discovery_hit_rate@2", values) == 0);
  CHECK(value("discovery_recall@2", values) == 0);

  CHECK(value("precision@4", values) == 0.5);
  CHECK(value("recall@4", values) == Approx(2.0 / 3));
  CHECK(value("ndcg@4", values) == Approx((1 / std::log2(3.0) + 1 / std::log2(5.0)) /
                                          (1 + 1 / std::log2(3.0) + 1 / std::log2(4.0))));
  CHECK(value("discovery_hit_rate@4", values) == 1);
  CHECK(value("discovery_recall@4", values) == 0.5);

  CHECK(value("mrr", values) == 0.5);
  CHECK(value("skip_rate", values) == Approx(2.0 / 5));
  CHECK(value("novelty", values) == 0.5);
  CHECK(value("new_artists", values) == 0.25);
  CHECK(value("long_tail", values) == 0.75);
  CHECK(value("artist_entropy", values) == Approx(1.5));  // shares 1/2, 1/4, 1/4
  CHECK(value("overlap", values) == 0.25);
  CHECK(value("coverage", values) == 0.5);
  CHECK(value("list_length", values) == 4);
}

TEST_CASE("an empty list hits nothing and has no novelty, entropy or overlap",
          "[evaluate][metrics]") {
  const std::vector<std::int32_t> previous = {7};
  JudgedList list;
  list.previous = &previous;
  const std::vector<double> values = measure(list, small_truth(), kKs);
  for (const char* zero : {"hit_rate@4", "precision@4", "recall@4", "ndcg@4", "mrr", "coverage",
                           "list_length", "discovery_hit_rate@4"}) {
    CAPTURE(zero);
    CHECK(value(zero, values) == 0);
  }
  for (const char* none :
       {"skip_rate", "novelty", "new_artists", "long_tail", "artist_entropy", "overlap"}) {
    CAPTURE(none);
    CHECK(std::isnan(value(none, values)));
  }
}

TEST_CASE("gini says how unequally a catalogue is shown", "[evaluate][metrics]") {
  using engine::evaluate::gini;
  CHECK(gini({2, 2, 2, 2}, 4) == Approx(0).margin(1e-12));
  CHECK(gini({0, 0, 0, 5}, 4) == Approx(0.75));  // all in one of n: 1 - 1/n
  CHECK(gini({5}, 4) == Approx(0.75));           // what is not named was never shown
  CHECK(gini({1, 3}, 2) == Approx(0.25));        // (-1 * 1 + 1 * 3) / (2 * 4)
  CHECK(std::isnan(gini({0, 0}, 2)));
}

TEST_CASE("what cannot be counted is not counted", "[evaluate][metrics]") {
  Truth truth = small_truth();
  truth.played_new = 0;
  const std::vector<double> values = measure(small_list(), truth, kKs);
  CHECK(std::isnan(value("discovery_recall@4", values)));
  CHECK(std::isnan(value("overlap", values)));  // no list before
  JudgedList one;
  one.tracks = {9};
  one.artists = {1};
  one.is_new = {true};
  const std::vector<double> nine = measure(one, small_truth(), kKs);
  CHECK(std::isnan(value("skip_rate", nine)));  // nobody says whether 9 was skipped
  CHECK(value("artist_entropy", nine) == 0);
  CHECK(value("mrr", nine) == 1);
  CHECK(value("ndcg@2", nine) == Approx(1 / (1 + 1 / std::log2(3.0))));
}

TEST_CASE("an unknown metric is refused with the nearest", "[evaluate][metrics]") {
  try {
    engine::evaluate::find_metric(engine::evaluate::metric_names({10, 30}), "ndgc@30");
    FAIL("it was taken");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kUsage);
    CHECK_THAT(error.text(), Catch::Contains("there is no metric \"ndgc@30\"") &&
                                 Catch::Contains("did you mean ndcg@30?") &&
                                 Catch::Contains("hit_rate@10, precision@10"));
  }
}

TEST_CASE("every metric is told in a line", "[evaluate][metrics]") {
  for (const std::string& name : engine::evaluate::metric_names(kKs)) {
    CAPTURE(name);
    CHECK(engine::evaluate::metric_about(name).size() > 10);
  }
  CHECK(engine::evaluate::metric_about("no_such").empty());
}
