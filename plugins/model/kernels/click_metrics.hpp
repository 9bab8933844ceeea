// How well probabilities of being played tell what was played from what was not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace model {

/// The chance that a positive scores above a negative, equal scores counting half; NaN without one
/// of both. Labels are 0 or 1.
double area_under_curve(std::span<const float> scores, std::span<const float> labels);

/// The mean of each user's area, weighted by their samples; users with one kind of label only are
/// left out (Zhou et al., KDD 2018, equation 13: GAUC). `users` has a user's samples together.
/// NaN without a user of both.
double grouped_area_under_curve(std::span<const float> scores, std::span<const float> labels,
                                std::span<const std::int32_t> users);

/// The weighted mean of -log of the chance given to what happened; chances are taken as at least
/// 1e-12. 0 without samples.
double log_loss_of(std::span<const float> probabilities, std::span<const float> labels,
                   std::span<const float> weights);

/// Predictions against what happened, by ten equal bins of the prediction.
struct Calibration {
  struct Bin {
    double weight = 0;                   // of the samples in it
    double predicted = 0, observed = 0;  // weighted means; 0 in an empty bin
  };
  std::array<Bin, 10> bins;
  double error = 0;  // mean of |predicted - observed| over the bins, by weight
};
/// Probabilities in 0..1, labels 0 or 1, weights >= 0.
Calibration calibration_of(std::span<const float> probabilities, std::span<const float> labels,
                           std::span<const float> weights);

/// A logit made honest: slope * logit + intercept (Platt 1999; Guo et al., ICML 2017).
struct PlattScaling {
  double slope = 1, intercept = 0;

  [[nodiscard]] double operator()(double logit) const { return slope * logit + intercept; }
};
/// The slope (0.05..20, so that the order stays) and intercept of the least log loss; as they begin
/// where there are no labels of both kinds.
PlattScaling fit_platt(std::span<const float> logits, std::span<const float> labels,
                       std::span<const float> weights);

}  // namespace model
