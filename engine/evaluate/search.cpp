#include "evaluate/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/random.hpp"

namespace engine::evaluate {
namespace {

constexpr double kFirstStep = 0.125, kLastStep = 0.004;
constexpr double kLogarithmic = 100;  // from this ratio of the ends on

bool is_logarithmic(const Axis& axis) {
  return axis.low > 0 && axis.high / axis.low >= kLogarithmic;
}

}  // namespace

Search::Search(std::vector<Axis> axes, std::size_t budget, std::uint64_t random_seed)
    : axes_(std::move(axes)),
      budget_(budget),
      random_seed_(random_seed),
      best_score_(-std::numeric_limits<double>::infinity()),
      step_(kFirstStep) {
  for (const Axis& axis : axes_) best_.push_back(axis.start);
}

double Search::to_unit(std::size_t k, double value) const {
  const Axis& axis = axes_[k];
  if (is_logarithmic(axis)) return std::log(value / axis.low) / std::log(axis.high / axis.low);
  if (axis.low < 0 && axis.high > 0)
    return (std::cbrt(value) - std::cbrt(axis.low)) / (std::cbrt(axis.high) - std::cbrt(axis.low));
  return (value - axis.low) / (axis.high - axis.low);
}

double Search::from_unit(std::size_t k, double unit) const {
  const Axis& axis = axes_[k];
  unit = std::clamp(unit, 0.0, 1.0);
  double value = axis.low + unit * (axis.high - axis.low);
  if (is_logarithmic(axis)) {
    value = axis.low * std::pow(axis.high / axis.low, unit);
  } else if (axis.low < 0 && axis.high > 0) {
    const double root = std::cbrt(axis.low) + unit * (std::cbrt(axis.high) - std::cbrt(axis.low));
    value = root * root * root;
  }
  return axis.rounded(value);
}

bool Search::is_new(const std::vector<double>& point) const {
  return std::find(tried_.begin(), tried_.end(), point) == tried_.end();
}

void Search::add(std::vector<double> point) {
  if (tried_.size() >= budget_ || !is_new(point)) return;
  tried_.push_back(point);
  batch_.push_back(std::move(point));
}

void Search::add_hypercube() {
  const std::size_t count = budget_ / 2;
  Random random(mix_seed(random_seed_, "latin hypercube"));
  std::vector<std::vector<double>> points(count, best_);
  for (std::size_t k = 0; k < axes_.size(); ++k) {
    std::vector<std::size_t> slices(count);
    for (std::size_t i = 0; i < count; ++i) slices[i] = i;
    for (std::size_t i = count; i > 1; --i)
      std::swap(slices[i - 1],
                slices[static_cast<std::size_t>(random.uniform() * static_cast<double>(i))]);
    for (std::size_t i = 0; i < count; ++i) {
      const double unit =
          (static_cast<double>(slices[i]) + random.uniform()) / static_cast<double>(count);
      points[i][k] = from_unit(k, unit);
    }
  }
  for (std::vector<double>& point : points) add(std::move(point));
}

/// One step along every axis, both ways, from the best; smaller ones until one leads somewhere new.
void Search::add_steps() {
  for (; step_ >= kLastStep && batch_.empty() && tried_.size() < budget_; step_ /= 2) {
    for (std::size_t k = 0; k < axes_.size(); ++k) {
      const double here = to_unit(k, best_[k]);
      for (const double way : {1.0, -1.0}) {
        std::vector<double> point = best_;
        point[k] = from_unit(k, here + way * step_);
        add(std::move(point));
      }
    }
    if (!batch_.empty()) return;
  }
}

std::vector<std::vector<double>> Search::next() {
  batch_.clear();
  if (!has_started_) {
    has_started_ = true;
    add(best_);
    add_hypercube();
  } else {
    add_steps();
  }
  return batch_;
}

void Search::tell(const std::vector<double>& scores) {
  bool is_better = false;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (scores[k] <= best_score_) continue;
    best_ = batch_[k];
    best_score_ = scores[k];
    is_better = true;
  }
  if (!is_better) step_ /= 2;
}

}  // namespace engine::evaluate
