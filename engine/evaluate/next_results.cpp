#include "evaluate/next_results.hpp"

#include <map>
#include <string>

#include "core/duration.hpp"
#include "core/random.hpp"

namespace engine::evaluate {
namespace {

using Weeks = std::vector<std::vector<Quotient>>;  // by user

/// One way's part of what people played.
class WayPlays {
 public:
  WayPlays(const std::vector<NextPlays>& plays, const NextChances& chances, std::size_t way,
           std::size_t uniform)
      : plays_(plays), of_way_(chances.of[way]), uniform_(chances.of[uniform]) {
    for (std::size_t user = 0; user < plays.size(); ++user) add_user(user);
  }

  [[nodiscard]] std::size_t shuffled() const { return shuffled_; }
  [[nodiscard]] double effective_plays() const {
    return squares_ > 0 ? weights_ * weights_ / squares_ : 0;
  }
  [[nodiscard]] const Weeks& weeks() const { return weeks_; }
  [[nodiscard]] const std::vector<std::vector<double>>& hits() const { return hits_; }

 private:
  [[nodiscard]] bool counts(std::size_t user, std::size_t play) const {
    return uniform_[user][play].chance > 0;  // one of the person's songs
  }

  void add_user(std::size_t user) {
    const std::vector<NextPlay>& shuffled = plays_[user].shuffled;
    std::map<std::int64_t, Quotient> of_week;
    for (std::size_t k = 0; k < shuffled.size(); ++k)
      if (counts(user, k)) add_trial(shuffled[k], user, k, of_week[shuffled[k].now / (7 * kDay)]);
    std::vector<Quotient>& weeks = weeks_.emplace_back();
    for (const auto& [week, sums] : of_week) weeks.push_back(sums);

    std::vector<double>& hits = hits_.emplace_back();
    for (std::size_t k = shuffled.size(); k < uniform_[user].size(); ++k)
      if (counts(user, k)) hits.push_back(of_way_[user][k].hit);
  }

  void add_trial(const NextPlay& play, std::size_t user, std::size_t k, Quotient& week) {
    ++shuffled_;
    const NextChance& next = of_way_[user][k];
    if (!next.is_told()) return;
    const double weight = next.chance / uniform_[user][k].chance;
    week.above += play.is_finished ? weight : 0;
    week.below += weight;
    weights_ += weight;
    squares_ += weight * weight;
  }

  const std::vector<NextPlays>& plays_;
  const std::vector<std::vector<NextChance>>&of_way_, &uniform_;  // by user and play
  std::size_t shuffled_ = 0;
  double weights_ = 0, squares_ = 0;
  Weeks weeks_;
  std::vector<std::vector<double>> hits_;  // by user; NaN where not told
};

Interval mean_of_known(std::vector<std::vector<double>> values, const BootstrapOptions& options) {
  for (std::vector<double>& of_user : values)
    std::erase_if(of_user, [](double value) { return std::isnan(value); });
  return bootstrap_mean(values, options);
}

std::vector<std::vector<double>> less(std::vector<std::vector<double>> a,
                                      const std::vector<std::vector<double>>& b) {
  for (std::size_t user = 0; user < a.size(); ++user)
    for (std::size_t k = 0; k < a[user].size(); ++k) a[user][k] -= b[user][k];
  return a;
}

}  // namespace

NextResults next_results(const std::vector<NextPlays>& plays, const NextChances& chances,
                         std::size_t uniform, std::uint64_t random_seed, std::size_t resamples) {
  const auto options = [&](const std::string& what, std::size_t way) {
    return BootstrapOptions{mix_seed(random_seed, what + " " + std::to_string(way)), resamples,
                            0.95};
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr Interval kNothing{kNan, kNan, kNan, 0};
  NextResults results;
  const WayPlays first(plays, chances, 0, uniform);
  results.shuffled = first.shuffled();
  for (const auto& hits : first.hits()) results.chosen += hits.size();
  for (std::size_t way = 0; way < chances.of.size(); ++way) {
    const WayPlays other(plays, chances, way, uniform);
    NextResult& result = results.ways.emplace_back();
    result.effective_plays = other.effective_plays();
    const bool is_enough = result.effective_plays >= kFewestPlays;
    result.accepted =
        is_enough ? bootstrap_quotient(other.weeks(), options("accepted", way)) : kNothing;
    result.accepted_difference = is_enough && first.effective_plays() >= kFewestPlays
                                     ? bootstrap_quotient_difference(first.weeks(), other.weeks(),
                                                                     options("accepted less", way))
                                     : kNothing;
    result.hits = mean_of_known(other.hits(), options("hits", way));
    result.hits_difference =
        mean_of_known(less(first.hits(), other.hits()), options("hits less", way));
  }
  return results;
}

}  // namespace engine::evaluate
