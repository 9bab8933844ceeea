#include "plan/walk_chances.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace engine {
namespace {

constexpr std::size_t kSets = 64;

/// Scores as weights, the largest 1.
std::vector<double> weights_of(const std::vector<float>& scores, double temperature) {
  const float most = *std::max_element(scores.begin(), scores.end());
  std::vector<double> weights;
  for (const float score : scores)
    weights.push_back(std::exp((double{score} - most) / temperature));
  return weights;
}

/// A sum of chances over drawn sets.
class SetsByLot {
 public:
  SetsByLot(std::vector<double> weights, std::size_t near, std::size_t strangers)
      : weights_(std::move(weights)),
        near_(near),
        strangers_(strangers),
        others_(weights_.size() - near),
        is_in_set_(weights_.size()),
        sums_(weights_.size()) {
    std::iota(others_.begin(), others_.end(), near);
    near_weight_ = std::accumulate(weights_.begin(),
                                   weights_.begin() + static_cast<std::ptrdiff_t>(near), 0.0);
  }

  void draw_set(Random& random) {
    double all = near_weight_;
    for (std::size_t k = 0; k < strangers_; ++k) {
      const auto left = static_cast<double>(others_.size() - k);
      const std::size_t drawn =
          k + std::min(static_cast<std::size_t>(random.uniform() * left), others_.size() - k - 1);
      std::swap(others_[k], others_[drawn]);
      all += weights_[others_[k]];
      is_in_set_[others_[k]] = true;
    }
    add_chances(all);
    for (std::size_t k = 0; k < strangers_; ++k) is_in_set_[others_[k]] = false;
  }

  std::vector<double> chances() {
    const double sum = std::accumulate(sums_.begin(), sums_.end(), 0.0);
    for (double& one : sums_) one /= sum;
    return std::move(sums_);
  }

 private:
  /// `all`: the weight of near ones and the set. Each other one is looked at as if it were in the
  /// set, instead of the last that was drawn where it is not: so every set counts for all of them.
  void add_chances(double all) {
    for (std::size_t k = 0; k < near_; ++k) sums_[k] += weights_[k] / all;
    if (strangers_ == 0) return;
    const double in_set = static_cast<double>(strangers_) / static_cast<double>(others_.size());
    const double without_last = all - weights_[others_[strangers_ - 1]];
    for (const std::size_t k : others_)
      sums_[k] += in_set * weights_[k] / (is_in_set_[k] ? all : without_last + weights_[k]);
  }

  std::vector<double> weights_;
  std::size_t near_, strangers_;
  std::vector<std::size_t> others_;  // the first of them are the set
  std::vector<bool> is_in_set_;
  std::vector<double> sums_;
  double near_weight_ = 0;
};

}  // namespace

std::vector<double> chances_by_lot(const std::vector<float>& scores, std::size_t near,
                                   std::size_t strangers, double temperature, Random& random) {
  if (scores.empty()) return {};
  const std::size_t others = scores.size() - near;
  SetsByLot sets(weights_of(scores, temperature), near, std::min(strangers, others));
  for (std::size_t k = 0; k < (strangers >= others ? 1 : kSets); ++k) sets.draw_set(random);
  return sets.chances();
}

}  // namespace engine
