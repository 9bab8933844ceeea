#include "fold_in.hpp"

#include <algorithm>
#include <cmath>

#include "levels/fold_in_loops.hpp"
#include "shared/cpu.hpp"

namespace recall {

const FoldInLoops& fold_in_loops() {
  return shared::of_this_processor(kFoldInLoops_baseline, kFoldInLoops_v3, kFoldInLoops_v4);
}

namespace {

/// Row-major dim x dim, on and above the diagonal.
std::vector<double> equations(const FactorModel& model, std::span<const WeightedRow> seeds) {
  const std::size_t dim = model.factors.dim;
  double weights = 0;
  std::vector<double> a(dim * dim);
  for (std::size_t k = 0; k < a.size(); ++k) a[k] = model.unobserved_weight * model.gram[k];
  for (const WeightedRow& seed : seeds) {
    if (seed.row < 0) continue;
    const float* y = model.factors.data + static_cast<std::size_t>(seed.row) * dim;
    const double weight = std::abs(seed.weight);
    weights += weight;
    fold_in_loops().add_product(a.data(), dim, weight, y);
  }
  const double others = static_cast<double>(model.factors.rows);
  const double ridge = model.regularization * std::pow(weights + model.unobserved_weight * others,
                                                       model.frequency_scaling);
  for (std::size_t i = 0; i < dim; ++i) a[i * dim + i] += ridge;
  return a;
}

}  // namespace

FoldedUser::FoldedUser(const FactorModel& model, std::span<const WeightedRow> seeds)
    : dim_(model.factors.dim),
      stride_((seeds.size() + kGiftLanes - 1) / kGiftLanes * kGiftLanes),
      factors_(dim_),
      parts_(dim_ * stride_) {
  const auto is_left_out = [](const WeightedRow& seed) { return seed.row < 0 || seed.weight == 0; };
  if (std::all_of(seeds.begin(), seeds.end(), is_left_out)) return;
  for (std::size_t s = 0; s < seeds.size(); ++s) {
    if (is_left_out(seeds[s])) continue;
    const float* y = model.factors.data + static_cast<std::size_t>(seeds[s].row) * dim_;
    const float weight = std::max(0.0f, seeds[s].weight);
    for (std::size_t k = 0; k < dim_; ++k) parts_[k * stride_ + s] = weight * y[k];
  }
  std::vector<double> a = equations(model, seeds);
  fold_in_loops().decompose(a.data(), dim_);
  const std::vector<float> u(a.begin(), a.end());
  fold_in_loops().solve(u.data(), dim_, stride_, parts_.data());
  for (std::size_t k = 0; k < dim_; ++k) {
    double sum = 0;
    for (std::size_t s = 0; s < seeds.size(); ++s) sum += parts_[k * stride_ + s];
    factors_[k] = static_cast<float>(sum);
  }
}

std::vector<float> FoldedUser::gifts(std::span<const float* const> rows) const {
  std::vector<float> gifts(rows.size() * stride_);
  fold_in_loops().products(rows.data(), rows.size(), dim_, parts_.data(), stride_, gifts.data());
  return gifts;
}

std::size_t largest_gift(const float* track_gifts, const float* artist_gifts, float scale,
                         std::size_t stride) {
  return fold_in_loops().largest(track_gifts, artist_gifts, scale, stride);
}

}  // namespace recall
