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

/// Of one sum or two, all that is below and above, to be divided.
class Quotients {
 public:
  using ByUser = std::vector<std::vector<Quotient>>;
  Quotients(const ByUser& first, const ByUser* less) {
    for (std::size_t user = 0; user < first.size(); ++user) {
      if (first[user].empty()) continue;
      first_.push_back(&first[user]);
      if (less != nullptr) less_.push_back(&(*less)[user]);
    }
  }

  [[nodiscard]] bool is_empty() const { return first_.empty(); }
  [[nodiscard]] std::size_t places() const {
    std::size_t count = 0;
    for (const auto* places : first_) count += places->size();
    return count;
  }

  [[nodiscard]] double of_all() const {
    Sums sums;
    for (std::size_t user = 0; user < first_.size(); ++user)
      for (std::size_t place = 0; place < first_[user]->size(); ++place) add(sums, user, place);
    return divided(sums);
  }

  double of_resample(Random& random) const {
    Sums sums;
    for (std::size_t k = 0; k < first_.size(); ++k) {
      const std::size_t user = first_.size() == 1 ? 0 : below(random, first_.size());
      const std::size_t places = first_[user]->size();
      for (std::size_t i = 0; i < places; ++i) add(sums, user, below(random, places));
    }
    return divided(sums);
  }

 private:
  struct Sums {
    Quotient first, less;
  };
  void add(Sums& sums, std::size_t user, std::size_t place) const {
    const auto add_to = [](Quotient& sum, const Quotient& one) {
      sum.above += one.above;
      sum.below += one.below;
    };
    add_to(sums.first, (*first_[user])[place]);
    if (!less_.empty()) add_to(sums.less, (*less_[user])[place]);
  }
  /// NaN where nothing is below.
  [[nodiscard]] double divided(const Sums& sums) const {
    const double first = sums.first.above / sums.first.below;
    return less_.empty() ? first : first - sums.less.above / sums.less.below;
  }

  std::vector<const std::vector<Quotient>*> first_, less_;
};

Interval quotient_interval(const Quotients& quotients, const BootstrapOptions& options) {
  Interval interval{kNoValue, kNoValue, kNoValue, 0};
  if (quotients.is_empty()) return interval;
  interval.mean = quotients.of_all();
  if (std::isnan(interval.mean)) return interval;
  interval.count = quotients.places();
  Random random(options.random_seed);
  std::vector<double> resampled;
  for (std::size_t k = 0; k < options.resamples; ++k)
    if (const double value = quotients.of_resample(random); std::isfinite(value))
      resampled.push_back(value);
  if (resampled.empty()) return interval;
  std::sort(resampled.begin(), resampled.end());
  interval.low = quantile(resampled, (1 - options.share) / 2);
  interval.high = quantile(resampled, (1 + options.share) / 2);
  return interval;
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
  return quotient_interval(Quotients(places_by_user, nullptr), options);
}

Interval bootstrap_quotient_difference(const std::vector<std::vector<Quotient>>& places_by_user,
                                       const std::vector<std::vector<Quotient>>& less_by_user,
                                       const BootstrapOptions& options) {
  return quotient_interval(Quotients(places_by_user, &less_by_user), options);
}

}  // namespace engine::evaluate
