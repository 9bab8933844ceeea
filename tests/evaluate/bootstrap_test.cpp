// Intervals on distributions whose answer is known.
#include "evaluate/bootstrap.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "core/random.hpp"

using engine::Random;
using engine::evaluate::bootstrap_mean;
using engine::evaluate::Interval;

namespace {

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.uniform())) *
         std::cos(2 * 3.14159265358979 * random.uniform());
}

}  // namespace

TEST_CASE("the interval of a normal sample is as wide as theory says", "[evaluate][bootstrap]") {
  Random random(7);
  std::vector<double> values;
  double sum = 0, squares = 0;
  for (int k = 0; k < 400; ++k) values.push_back(3 + 2 * normal(random));
  for (const double v : values) sum += v;
  const double mean = sum / 400;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const double error = std::sqrt(squares / 400) / std::sqrt(400.0);

  const Interval interval = bootstrap_mean({values}, {1, 20'000, 0.95});
  CHECK(interval.count == 400);
  CHECK(interval.mean == Approx(mean));
  CHECK(interval.low == Approx(mean - 1.96 * error).margin(0.1 * error));
  CHECK(interval.high == Approx(mean + 1.96 * error).margin(0.1 * error));
}

TEST_CASE("95 in 100 intervals hold the true mean", "[evaluate][bootstrap]") {
  Random random(11);
  int held = 0;
  for (int repeat = 0; repeat < 400; ++repeat) {
    std::vector<double> values;
    for (int k = 0; k < 60; ++k) values.push_back(random.uniform() < 0.3 ? 1 : 0);
    const Interval interval =
        bootstrap_mean({values}, {static_cast<std::uint64_t>(repeat), 500, 0.95});
    held += interval.low <= 0.3 && 0.3 <= interval.high ? 1 : 0;
  }
  // 3 standard errors of a share of 0.95 in 400 are 0.033; small samples hold a little less.
  CHECK(held >= 364);
  CHECK(held <= 393);
}

TEST_CASE("users who differ widen the interval, as they are drawn too", "[evaluate][bootstrap]") {
  std::vector<double> zeros(50, 0), ones(50, 1), mixed = zeros;
  mixed.insert(mixed.end(), ones.begin(), ones.end());
  const Interval one_user = bootstrap_mean({mixed}, {});
  const Interval two_users = bootstrap_mean({zeros, ones}, {});
  CHECK(one_user.mean == 0.5);
  CHECK(two_users.mean == 0.5);
  CHECK(one_user.low > 0.35);
  CHECK(two_users.low == 0);  // one resample in four draws the first user twice
  CHECK(two_users.high == 1);
}

TEST_CASE("the same seed gives the same interval, no value gives none", "[evaluate][bootstrap]") {
  const std::vector<std::vector<double>> values = {{1, 5, 2, 8}, {}, {3, 3, 9}};
  const Interval a = bootstrap_mean(values, {5, 1000, 0.95}),
                 b = bootstrap_mean(values, {5, 1000, 0.95}),
                 other = bootstrap_mean(values, {6, 1000, 0.95});
  CHECK((a.low == b.low && a.high == b.high));
  CHECK((a.low != other.low || a.high != other.high));
  CHECK(bootstrap_mean({{4}}, {}).low == 4);
  const Interval none = bootstrap_mean({{}, {}}, {});
  CHECK((none.count == 0 && std::isnan(none.mean) && std::isnan(none.low)));
}

TEST_CASE("a quotient is of sums, not a mean of quotients", "[evaluate][bootstrap]") {
  using engine::evaluate::bootstrap_quotient;
  // 1 of 1 and 1 of 9: 2 of 10.
  const Interval interval = bootstrap_quotient({{{1, 1}, {1, 9}}}, {1, 500, 0.95});
  CHECK(interval.mean == Approx(0.2));
  CHECK(interval.count == 2);
  CHECK(interval.low == Approx(1.0 / 9));  // the second twice
  CHECK(interval.high == Approx(1));
  // Two people stand for themselves: nobody is drawn twice.
  const Interval two = bootstrap_quotient({{{1, 1}}, {{0, 1}}}, {1, 500, 0.95});
  CHECK(two.low == Approx(0.5));
  CHECK(two.high == Approx(0.5));
  CHECK(std::isnan(bootstrap_quotient({{}, {}}, {}).mean));
  CHECK(bootstrap_quotient({{{0, 0}}}, {}).count == 0);
}
