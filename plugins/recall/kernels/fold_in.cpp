#include "fold_in.hpp"

#include "playlist/cpu.hpp"

#include <algorithm>
#include <cmath>

#include "levels/fold_in_loops.hpp"

namespace recall {
namespace {

const FoldInLoops& fold_in_loops() {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return kFoldInLoops_v4;
    case playlist::CpuLevel::kV3:
      return kFoldInLoops_v3;
    default:
      return kFoldInLoops_baseline;
  }
}

/// Row-major dim x dim, on and above the diagonal.
std::vector<double> equations(const FactorModel& model, std::span<const WeightedRow> seeds) {
  const std::size_t dim = model.factors.dim;
  double weights = 0;
  std::vector<double> a(dim * dim);
  for (std::size_t k = 0; k < a.size(); ++k) a[k] = model.unobserved_weight * model.gram[k];
  for (const WeightedRow& seed : seeds) {
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
    : dim_(model.factors.dim), seeds_(seeds.size()), factors_(dim_), parts_(dim_ * seeds_) {
  if (seeds.empty()) return;
  for (std::size_t s = 0; s < seeds_; ++s) {
    const float* y = model.factors.data + static_cast<std::size_t>(seeds[s].row) * dim_;
    const float weight = std::max(0.0f, seeds[s].weight);
    for (std::size_t k = 0; k < dim_; ++k) parts_[k * seeds_ + s] = weight * y[k];
  }
  std::vector<double> a = equations(model, seeds);
  fold_in_loops().decompose(a.data(), dim_);
  const std::vector<float> u(a.begin(), a.end());
  fold_in_loops().solve(u.data(), dim_, seeds_, parts_.data());
  for (std::size_t k = 0; k < dim_; ++k) {
    double sum = 0;
    for (std::size_t s = 0; s < seeds_; ++s) sum += parts_[k * seeds_ + s];
    factors_[k] = static_cast<float>(sum);
  }
}

void FoldedUser::add_gifts(const float* row, float scale, std::span<float> gifts) const {
  fold_in_loops().add_rows(gifts.data(), scale, row, dim_, parts_.data(), seeds_);
}

}  // namespace recall
