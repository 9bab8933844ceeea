#include "evaluate/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"

namespace engine::evaluate {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// Below `count` > 0; the bias of 2^-32 * count is far below what resampling shows.
std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(((random.next() >> 32) * count) >> 32);
}

double mean_of_resample(const std::vector<std::vector<double>>& users, Random& random) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < users.size(); ++k) {
    const std::vector<double>& values =
        users.size() == 1 ? users[0] : users[below(random, users.size())];
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[below(random, values.size())];
    count += values.size();
  }
  return sum / static_cast<double>(count);
}

/// Between the two nearest of the sorted values, linearly.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void add(Quotient& sums, const Quotient& one) {
  sums.above += one.above;
  sums.below += one.below;
}

double quotient_of(const Quotient& sums) {
  return sums.above / sums.below;  // NaN where nothing is below
}

double quotient_of_resample(const std::vector<std::vector<Quotient>>& users, Random& random) {
  Quotient sums;
  for (std::size_t k = 0; k < users.size(); ++k) {
    const auto& places = users[users.size() < kFewestUsers ? k : below(random, users.size())];
    for (std::size_t i = 0; i < places.size(); ++i) add(sums, places[below(random, places.size())]);
  }
  return quotient_of(sums);
}

}  // namespace

Interval bootstrap_mean(const std::vector<std::vector<double>>& values_by_user,
                        const BootstrapOptions& options) {
  std::vector<std::vector<double>> users;
  for (const std::vector<double>& values : values_by_user)
    if (!values.empty()) users.push_back(values);
  if (users.empty()) return {kNoValue, kNoValue, kNoValue, 0};

  Interval interval;
  for (const std::vector<double>& values : users) {
    for (const double value : values) interval.mean += value;
    interval.count += values.size();
  }
  interval.mean /= static_cast<double>(interval.count);

  Random random(options.random_seed);
  std::vector<double> means(options.resamples);
  for (double& mean : means) mean = mean_of_resample(users, random);
  std::sort(means.begin(), means.end());
  interval.low = quantile(means, (1 - options.share) / 2);
  interval.high = quantile(means, (1 + options.share) / 2);
  return interval;
}

Interval bootstrap_quotient(const std::vector<std::vector<Quotient>>& places_by_user,
                            const BootstrapOptions& options) {
  std::vector<std::vector<Quotient>> users;
  Quotient all;
  Interval interval{kNoValue, kNoValue, kNoValue, 0};
  for (const std::vector<Quotient>& places : places_by_user) {
    if (places.empty()) continue;
    for (const Quotient& place : places) add(all, place);
    interval.count += places.size();
    users.push_back(places);
  }
  interval.mean = quotient_of(all);
  if (std::isnan(interval.mean)) return {kNoValue, kNoValue, kNoValue, 0};

  Random random(options.random_seed);
  std::vector<double> resampled;
  for (std::size_t k = 0; k < options.resamples; ++k)
    if (const double value = quotient_of_resample(users, random); std::isfinite(value))
      resampled.push_back(value);
  std::sort(resampled.begin(), resampled.end());
  if (resampled.empty()) return interval;
  interval.low = quantile(resampled, (1 - options.share) / 2);
  interval.high = quantile(resampled, (1 + options.share) / 2);
  return interval;
}

}  // namespace engine::evaluate
