#include "session_figures.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace model {
namespace {

constexpr int kDraws = 500;

/// The value that a share of sorted ones is below.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// The area under the curve where the examples of a session count as often as its weight says; with
/// groups, among pairs of one group.
class WeighedArea {
 public:
  /// All are kept as views.
  WeighedArea(std::span<const float> scores, std::span<const std::uint8_t> labels,
              std::span<const std::int32_t> session, std::span<const std::uint8_t> group)
      : scores_(scores), labels_(labels), session_(session), group_(group), order_(scores.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return group_of(a) != group_of(b) ? group_of(a) < group_of(b) : scores[a] < scores[b];
    });
  }

  double operator()(const std::vector<double>& weights) const {
    double zeros = 0, ones = 0, above = 0, pairs = 0;  // of the scores so far, of one group
    for (std::size_t begin = 0; begin < order_.size();) {
      double zeros_here = 0, ones_here = 0;
      std::size_t end = begin;
      for (; end < order_.size() && are_equal(order_[end], order_[begin]); ++end) {
        const double weight = weights[static_cast<std::size_t>(session_[order_[end]])];
        (labels_[order_[end]] == 1 ? ones_here : zeros_here) += weight;
      }
      above += ones_here * (zeros + zeros_here / 2);
      zeros += zeros_here;
      ones += ones_here;
      if (end == order_.size() || group_of(order_[end]) != group_of(order_[begin])) {
        pairs += zeros * ones;
        zeros = ones = 0;
      }
      begin = end;
    }
    return above / pairs;
  }

 private:
  [[nodiscard]] std::uint8_t group_of(std::size_t k) const {
    return group_.empty() ? std::uint8_t{0} : group_[k];
  }
  [[nodiscard]] bool are_equal(std::size_t a, std::size_t b) const {
    return scores_[a] == scores_[b] && group_of(a) == group_of(b);
  }

  std::span<const float> scores_;
  std::span<const std::uint8_t> labels_;
  std::span<const std::int32_t> session_;
  std::span<const std::uint8_t> group_;  // empty: one
  std::vector<std::size_t> order_;
};

/// The average precision where the examples of a session count as often as its weight says.
class WeighedPrecision {
 public:
  /// All are kept as views.
  WeighedPrecision(std::span<const float> scores, std::span<const std::uint8_t> labels,
                   std::span<const std::int32_t> session)
      : scores_(scores), labels_(labels), session_(session), order_(scores.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  }

  double operator()(const std::vector<double>& weights) const {
    double ones = 0, all = 0, sum = 0;
    for (std::size_t begin = 0; begin < order_.size();) {
      double ones_here = 0;
      std::size_t end = begin;
      for (; end < order_.size() && scores_[order_[end]] == scores_[order_[begin]]; ++end) {
        const double weight = weights[static_cast<std::size_t>(session_[order_[end]])];
        all += weight;
        if (labels_[order_[end]] == 1) ones_here += weight;
      }
      ones += ones_here;
      if (ones_here > 0) sum += ones_here * ones / all;
      begin = end;
    }
    return sum / ones;
  }

 private:
  std::span<const float> scores_;
  std::span<const std::uint8_t> labels_;
  std::span<const std::int32_t> session_;
  std::vector<std::size_t> order_;
};

}  // namespace

SessionFigures::SessionFigures(std::span<const std::int32_t> sessions, std::uint64_t random_seed)
    : random_seed_(random_seed) {
  std::unordered_map<std::int32_t, std::int32_t> numbers;
  for (const std::int32_t session : sessions)
    session_.push_back(
        numbers.emplace(session, static_cast<std::int32_t>(numbers.size())).first->second);
  session_count_ = numbers.size();
}

template <typename Of>
Figure SessionFigures::figure(const Of& of) const {
  std::vector<double> weights(session_count_, 1.0);
  Figure made;
  made.value = of(weights);
  if (!std::isfinite(made.value)) return {};
  playlist::Random random(random_seed_);
  std::vector<double> drawn;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::fill(weights.begin(), weights.end(), 0.0);
    for (std::size_t k = 0; k < session_count_; ++k)
      weights[static_cast<std::size_t>(random.below(session_count_))] += 1;
    if (const double value = of(weights); std::isfinite(value)) drawn.push_back(value);
  }
  if (drawn.empty()) return made;
  std::sort(drawn.begin(), drawn.end());
  made.low = quantile(drawn, 0.025);
  made.high = quantile(drawn, 0.975);
  return made;
}

Figure SessionFigures::ratio_by_session(const std::vector<double>& above,
                                        const std::vector<double>& below) const {
  return figure([&](const std::vector<double>& weights) {
    return std::inner_product(above.begin(), above.end(), weights.begin(), 0.0) /
           std::inner_product(below.begin(), below.end(), weights.begin(), 0.0);
  });
}

Figure SessionFigures::ratio(std::span<const double> values, std::span<const double> per) const {
  std::vector<double> above(session_count_), below(session_count_);
  for (std::size_t k = 0; k < session_.size(); ++k) {
    above[static_cast<std::size_t>(session_[k])] += values[k];
    below[static_cast<std::size_t>(session_[k])] += per[k];
  }
  return ratio_by_session(above, below);
}

Figure SessionFigures::mean(std::span<const double> values) const {
  return ratio(values, std::vector<double>(values.size(), 1.0));
}

Figure SessionFigures::area(std::span<const float> scores, std::span<const std::uint8_t> labels,
                            std::span<const std::uint8_t> group) const {
  return figure(WeighedArea(scores, labels, session_, group));
}

Figure SessionFigures::area_gain(std::span<const float> scores, std::span<const float> others,
                                 std::span<const std::uint8_t> labels,
                                 std::span<const std::uint8_t> group) const {
  const WeighedArea area(scores, labels, session_, group), other(others, labels, session_, group);
  return figure([&](const std::vector<double>& weights) { return area(weights) - other(weights); });
}

Figure SessionFigures::precision(std::span<const float> scores,
                                 std::span<const std::uint8_t> labels) const {
  return figure(WeighedPrecision(scores, labels, session_));
}

Figure SessionFigures::precision_gain(std::span<const float> scores, std::span<const float> others,
                                      std::span<const std::uint8_t> labels) const {
  const WeighedPrecision precision(scores, labels, session_), other(others, labels, session_);
  return figure(
      [&](const std::vector<double>& weights) { return precision(weights) - other(weights); });
}

Figure SessionFigures::area_within(std::span<const float> scores,
                                   std::span<const std::uint8_t> labels,
                                   std::span<const std::uint8_t> group) const {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto stratum = [&](std::size_t k) { return std::tuple(session_[k], group[k]); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(stratum(a), scores[a]) < std::tuple(stratum(b), scores[b]);
  });
  std::vector<double> above(session_count_), pairs(session_count_);
  for (std::size_t begin = 0; begin < order.size();) {
    double zeros = 0, ones = 0, higher = 0;
    std::size_t end = begin;
    while (end < order.size() && stratum(order[end]) == stratum(order[begin])) {
      double zeros_here = 0, ones_here = 0;
      const float score = scores[order[end]];
      for (; end < order.size() && stratum(order[end]) == stratum(order[begin]) &&
             scores[order[end]] == score;
           ++end)
        (labels[order[end]] == 1 ? ones_here : zeros_here) += 1;
      higher += ones_here * (zeros + zeros_here / 2);
      zeros += zeros_here;
      ones += ones_here;
    }
    above[static_cast<std::size_t>(session_[order[begin]])] += higher;
    pairs[static_cast<std::size_t>(session_[order[begin]])] += zeros * ones;
    begin = end;
  }
  return ratio_by_session(above, pairs);
}

}  // namespace model
