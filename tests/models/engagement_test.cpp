#include "kernels/engagement.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using model::Engagement;
using model::kUntold;
using model::quality_of;
using model::QualityWeights;

namespace {

/// Only this signal counts.
QualityWeights only(double QualityWeights::*signal) {
  QualityWeights weights{0, 0, 0, 0, 0};
  weights.*signal = 1;
  return weights;
}

}  // namespace

TEST_CASE("a track of the typical number of plays is average, and no number is perfect",
          "[quality]") {
  const std::vector<Engagement> tracks{{.plays = 10}, {.plays = 1000}, {.plays = 0}, {}};
  const auto quality = quality_of(tracks, 20, only(&QualityWeights::plays));
  // The geometric mean of 10 and 1000 is 100.
  CHECK(quality[0] == Approx(10.0 / 110));
  CHECK(quality[1] == Approx(1000.0 / 1100));
  CHECK(quality[2] == 0);
  CHECK(std::isnan(quality[3]));
}

TEST_CASE("likes count per listener, and few listeners prove little", "[quality]") {
  // 30 likes of 300 listeners in all: 0.1. With a prior of 20:
  const std::vector<Engagement> tracks{{.likes = 20, .audience = 100},  // 22 / 120, of 0.1: 1.8333
                                       {.likes = 0, .audience = 180},   // 2 / 200: 0.1
                                       {.likes = 10, .audience = 20},   // 12 / 40: 3
                                       {.likes = 0, .audience = 0},     // the prior alone: 1
                                       {.plays = 5}};                   // not told of likes
  const auto quality = quality_of(tracks, 20, only(&QualityWeights::likes));
  const double first = 22.0 / 120 / 0.1, second = 2.0 / 200 / 0.1, third = 12.0 / 40 / 0.1;
  CHECK(quality[0] == Approx(first / (first + 1)));
  CHECK(quality[1] == Approx(second / (second + 1)));
  CHECK(quality[2] == Approx(third / (third + 1)));
  CHECK(quality[3] == Approx(0.5));
  CHECK(std::isnan(quality[4]));
}

TEST_CASE("likes without an audience are compared with the typical number of likes", "[quality]") {
  const std::vector<Engagement> tracks{{.likes = 4}, {.likes = 9}};
  const auto quality = quality_of(tracks, 20, only(&QualityWeights::likes));
  CHECK(quality[0] == Approx(4.0 / (4 + 6)));
  CHECK(quality[1] == Approx(9.0 / (9 + 6)));
}

TEST_CASE("shares of plays are compared by their odds", "[quality]") {
  // Heard to the end in 60 and 20 of 100 plays each: the mean is 0.4. With a prior of 100 plays
  // they shrink to 0.5 and 0.3: odds of 1 and 3/7 against 2/3.
  const std::vector<Engagement> tracks{{.plays = 100, .skip_rate = 0.4, .completion = 0.6},
                                       {.plays = 100, .skip_rate = 0.8, .completion = 0.2}};
  for (const auto signal : {&QualityWeights::completion, &QualityWeights::skips}) {
    const auto quality = quality_of(tracks, 100, only(signal));
    CHECK(quality[0] == Approx(1 / (1 + 2.0 / 3)));
    CHECK(quality[1] == Approx((3.0 / 7) / (3.0 / 7 + 2.0 / 3)));
  }
}

TEST_CASE("a signal that is alike for all tracks, or that nobody told, counts for nothing",
          "[quality]") {
  const std::vector<Engagement> tracks{
      {.plays = 10, .likes = 0, .skip_rate = 0, .completion = 1, .audience = 10},
      {.plays = 1000, .likes = 0, .skip_rate = 0, .completion = 1, .audience = 10}};
  const auto quality = quality_of(tracks, 20, {});
  CHECK(quality[0] == Approx(10.0 / 110));
  CHECK(quality[1] == Approx(1000.0 / 1100));
}

TEST_CASE("signals are weighed, a track is average in those that are not told of it", "[quality]") {
  const std::vector<Engagement> tracks{
      {.plays = 10, .likes = 9}, {.plays = 1000, .likes = 4}, {.plays = 100}};
  QualityWeights weights{0, 0, 0, 0, 0};
  weights.plays = 0.2;
  weights.likes = 0.3;
  const auto quality = quality_of(tracks, 20, weights);
  CHECK(quality[0] == Approx((0.2 * 10 / 110 + 0.3 * 9 / 15) / 0.5));
  CHECK(quality[1] == Approx((0.2 * 1000 / 1100 + 0.3 * 4 / 10) / 0.5));
  CHECK(quality[2] == Approx(0.5));
}
