#include "fold_in.hpp"

#include <algorithm>
#include <cmath>

namespace recall {
namespace {

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
    for (std::size_t i = 0; i < dim; ++i) {
      const double scaled = weight * y[i];
      for (std::size_t j = i; j < dim; ++j) a[i * dim + j] += scaled * y[j];
    }
  }
  const double others = static_cast<double>(model.factors.rows);
  const double ridge = model.regularization * std::pow(weights + model.unobserved_weight * others,
                                                       model.frequency_scaling);
  for (std::size_t i = 0; i < dim; ++i) a[i * dim + i] += ridge;
  return a;
}

/// Cholesky: U with A = U'U. The ridge keeps every pivot above 0.
std::vector<float> decomposed(std::vector<double> a, std::size_t dim) {
  for (std::size_t k = 0; k < dim; ++k) {
    double* row = a.data() + k * dim;
    const double inverse = 1 / std::sqrt(row[k]);
    for (std::size_t j = k; j < dim; ++j) row[j] *= inverse;
    for (std::size_t i = k + 1; i < dim; ++i) {
      double* below = a.data() + i * dim;
      const double factor = row[i];
      for (std::size_t j = i; j < dim; ++j) below[j] -= factor * row[j];
    }
  }
  return {a.begin(), a.end()};
}

void subtract(float* from, float factor, const float* what, std::size_t count) {
  for (std::size_t s = 0; s < count; ++s) from[s] -= factor * what[s];
}

/// The columns of b, dim x count, become those of A^-1 b.
void solve(const std::vector<float>& u, std::size_t dim, std::size_t count, float* b) {
  const auto scale = [&](std::size_t k) {
    const float inverse = 1 / u[k * dim + k];
    for (std::size_t s = 0; s < count; ++s) b[k * count + s] *= inverse;
  };
  for (std::size_t k = 0; k < dim; ++k) {
    scale(k);
    for (std::size_t j = k + 1; j < dim; ++j)
      subtract(b + j * count, u[k * dim + j], b + k * count, count);
  }
  for (std::size_t k = dim; k-- > 0;) {
    for (std::size_t j = k + 1; j < dim; ++j)
      subtract(b + k * count, u[k * dim + j], b + j * count, count);
    scale(k);
  }
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
  solve(decomposed(equations(model, seeds), dim_), dim_, seeds_, parts_.data());
  for (std::size_t k = 0; k < dim_; ++k) {
    double sum = 0;
    for (std::size_t s = 0; s < seeds_; ++s) sum += parts_[k * seeds_ + s];
    factors_[k] = static_cast<float>(sum);
  }
}

void FoldedUser::add_gifts(const float* row, float scale, std::span<float> gifts) const {
  for (std::size_t k = 0; k < dim_; ++k)
    subtract(gifts.data(), -scale * row[k], parts_.data() + k * seeds_, seeds_);
}

}  // namespace recall
