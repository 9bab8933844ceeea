// Thompson sampling draws as often as its probabilities say.
#include "discovery/thompson.hpp"

#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

using engine::Random;
using engine::discovery::draw_arm;
using engine::discovery::draw_probability;
using engine::discovery::Posterior;

namespace {

std::vector<double> probabilities(const std::vector<Posterior>& arms) {
  std::vector<double> all;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) all.push_back(draw_probability(arms, arm));
  return all;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

TEST_CASE("equal arms are drawn equally often", "[discovery][thompson]") {
  for (const std::size_t count : {1, 2, 7, 40}) {
    const std::vector<Posterior> arms(count, {3.5, 8.25});
    for (const double probability : probabilities(arms))
      CHECK(probability == Approx(1.0 / static_cast<double>(count)).epsilon(1e-12));
  }
}

TEST_CASE("of two arms the probability is the closed form", "[discovery][thompson]") {
  // P(Beta(a, 1) > Beta(b, 1)) = a / (a + b).
  for (const double a : {1.0, 4.0, 30.0})
    for (const double b : {1.0, 2.5, 300.0}) {
      const std::vector<Posterior> arms = {{a - 1, 0}, {b - 1, 0}};
      CHECK(draw_probability(arms, 0) == Approx(a / (a + b)).epsilon(1e-5));
    }
  // P(Beta(2, 2) > Beta(1, 1)) is the mean of Beta(2, 2).
  const std::vector<Posterior> arms = {{1, 1}, {0, 0}};
  CHECK(draw_probability(arms, 0) == Approx(0.5).epsilon(1e-12));
}

TEST_CASE("the probabilities of all arms add up to one", "[discovery][thompson]") {
  const std::vector<std::vector<Posterior>> cases = {{{0, 0}, {10, 2}, {3, 9}, {0.4, 7.7}},
                                                     {{200, 300}, {210, 290}, {0, 0}, {2, 0}},
                                                     {{1000, 10}, {0, 40}, {900, 12}},
                                                     std::vector<Posterior>(60, {0.3, 1.9})};
  for (const auto& arms : cases) CHECK(sum(probabilities(arms)) == Approx(1).epsilon(1e-4));
}

TEST_CASE("arms are drawn as often as their probability says", "[discovery][thompson]") {
  const std::vector<Posterior> arms = {{0, 0}, {5, 5}, {12, 6}, {1, 8}, {2.5, 1}};
  const std::vector<double> expected = probabilities(arms);
  std::vector<double> drawn(arms.size());
  Random random(7);
  constexpr int kDraws = 40'000;
  for (int draw = 0; draw < kDraws; ++draw) drawn[draw_arm(arms, random)] += 1.0 / kDraws;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    CAPTURE(arm);
    const double error = std::sqrt(expected[arm] * (1 - expected[arm]) / kDraws);
    CHECK(drawn[arm] == Approx(expected[arm]).margin(4 * error));
  }
}

TEST_CASE("what is hopeless still has a chance", "[discovery][thompson]") {
  const std::vector<Posterior> arms = {{10'000, 0}, {0, 10'000}};
  CHECK(draw_probability(arms, 1) > 0);
  CHECK(draw_probability(arms, 0) == Approx(1));
}
