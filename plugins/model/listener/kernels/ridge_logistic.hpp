// Logistic regression of few rows: weights drawn to 0, by Newton's method (iteratively reweighted
// least squares).
//
//   sum over rows of log(1 + exp(-s z)), z = w0 + sum w_k (x_k - mean_k) / scale_k,
//   + regularization / 2 sum w_k^2
//
// w0 is not drawn anywhere. A label between 0 and 1 is so much of one row of 1 and of one of 0. A
// missing value stands at the mean. A weight whose sign is asked for and comes out otherwise is 0.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace model {

struct RidgeLogistic {
  std::vector<float> weights, means, scales;  // of each feature
  float constant = 0;

  /// Log odds.
  [[nodiscard]] float sum(std::span<const float> row) const;
};

struct RidgeOptions {
  double regularization = 10;  // > 0
  std::vector<int> signs;      // of each feature: -1, its weight is not above 0; 0 it may be
  /// Called before each step; false stops the training.
  std::function<bool()> proceed;
};

/// Of rows of `columns` features, NaN where missing, and labels in 0..1, both kinds among them.
/// Nothing when `proceed` said stop.
std::optional<RidgeLogistic> fit_ridge_logistic(std::span<const float> rows, std::size_t columns,
                                                std::span<const float> labels,
                                                const RidgeOptions& options);

}  // namespace model
