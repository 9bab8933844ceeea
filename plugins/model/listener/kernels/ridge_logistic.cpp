#include "ridge_logistic.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>

namespace model {
namespace {

constexpr int kSteps = 50;
constexpr double kSmallStep = 1e-8;  // the largest change of a weight that ends it

float z_score(float value, float mean, float scale) {
  return std::isnan(value) ? 0 : (value - mean) / scale;
}

/// Means and deviations of what is known of each feature.
void measure(std::span<const float> rows, std::size_t columns, RidgeLogistic& fit) {
  fit.means.assign(columns, 0);
  fit.scales.assign(columns, 1);
  for (std::size_t k = 0; k < columns; ++k) {
    double count = 0, mean = 0, squares = 0;
    for (std::size_t at = k; at < rows.size(); at += columns) {
      if (std::isnan(rows[at])) continue;
      const double away = double{rows[at]} - mean;  // Welford
      mean += away / ++count;
      squares += away * (double{rows[at]} - mean);
    }
    fit.means[k] = static_cast<float>(mean);
    const auto scale = static_cast<float>(count > 0 ? std::sqrt(squares / count) : 0);
    if (scale > 0) fit.scales[k] = scale;
  }
}

/// z-scores, and a last column of 1.
Eigen::MatrixXd z_scores(std::span<const float> rows, std::size_t columns,
                         const RidgeLogistic& fit) {
  const std::size_t count = rows.size() / columns;
  Eigen::MatrixXd made(count, columns + 1);
  for (std::size_t k = 0; k < columns; ++k)
    for (std::size_t row = 0; row < count; ++row)
      made(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(k)) =
          double{z_score(rows[row * columns + k], fit.means[k], fit.scales[k])};
  made.col(static_cast<Eigen::Index>(columns)).setOnes();
  return made;
}

double loss(const Eigen::VectorXd& sums, const Eigen::VectorXd& labels,
            const Eigen::VectorXd& weights, const Eigen::VectorXd& precision) {
  double loss = 0.5 * (precision.array() * weights.array().square()).sum();
  for (Eigen::Index row = 0; row < sums.size(); ++row) {
    const double z = sums[row];
    loss += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - labels[row] * z;
  }
  return loss;
}

/// A weight of infinite precision stays 0.
std::optional<Eigen::VectorXd> newton(const Eigen::MatrixXd& rows, const Eigen::VectorXd& labels,
                                      const Eigen::VectorXd& precision,
                                      const RidgeOptions& options) {
  std::vector<Eigen::Index> free;
  for (Eigen::Index k = 0; k < precision.size(); ++k)
    if (std::isfinite(precision[k])) free.push_back(k);
  const Eigen::MatrixXd x = rows(Eigen::all, free);
  const Eigen::VectorXd drawn = precision(free);
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(x.cols());
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(x.rows());
  double best = loss(sums, labels, weights, drawn);
  for (int step = 0; step < kSteps; ++step) {
    if (options.proceed && !options.proceed()) return std::nullopt;
    const Eigen::ArrayXd chance = 1 / (1 + (-sums.array()).exp());
    const Eigen::VectorXd gradient =
        x.transpose() * (labels.array() - chance).matrix() - drawn.cwiseProduct(weights);
    Eigen::MatrixXd hessian = x.transpose() * (chance * (1 - chance)).matrix().asDiagonal() * x;
    hessian.diagonal() += drawn;
    hessian.diagonal().array() += 1e-9;
    Eigen::VectorXd change = hessian.ldlt().solve(gradient);
    // The loss is convex: half a step often enough always finds less.
    for (int half = 0;; ++half) {
      const Eigen::VectorXd next = weights + change;
      const Eigen::VectorXd next_sums = x * next;
      const double found = loss(next_sums, labels, next, drawn);
      if (found <= best || half == 30) {
        weights = next;
        sums = next_sums;
        best = found;
        break;
      }
      change /= 2;
    }
    if (change.cwiseAbs().maxCoeff() < kSmallStep) break;
  }
  Eigen::VectorXd all = Eigen::VectorXd::Zero(precision.size());
  all(free) = weights;
  return all;
}

}  // namespace

float RidgeLogistic::sum(std::span<const float> row) const {
  float sum = constant;
  for (std::size_t k = 0; k < weights.size(); ++k)
    sum += weights[k] * z_score(row[k], means[k], scales[k]);
  return sum;
}

std::optional<RidgeLogistic> fit_ridge_logistic(std::span<const float> rows, std::size_t columns,
                                                std::span<const float> labels,
                                                const RidgeOptions& options) {
  RidgeLogistic fit;
  measure(rows, columns, fit);
  const Eigen::MatrixXd x = z_scores(rows, columns, fit);
  const Eigen::VectorXd y =
      Eigen::Map<const Eigen::VectorXf>(labels.data(), static_cast<Eigen::Index>(labels.size()))
          .cast<double>();
  const auto features = static_cast<Eigen::Index>(columns);
  Eigen::VectorXd precision = Eigen::VectorXd::Constant(features + 1, options.regularization);
  precision[features] = 0;
  for (bool is_done = false; !is_done;) {
    const auto weights = newton(x, y, precision, options);
    if (!weights) return std::nullopt;
    is_done = true;
    for (Eigen::Index k = 0; k < features && !options.signs.empty(); ++k) {
      if (options.signs[static_cast<std::size_t>(k)] >= 0 || (*weights)[k] <= 0) continue;
      precision[k] = std::numeric_limits<double>::infinity();
      is_done = false;
    }
    fit.weights.assign(weights->data(), weights->data() + features);
    fit.constant = static_cast<float>((*weights)[features]);
  }
  return fit;
}

}  // namespace model
