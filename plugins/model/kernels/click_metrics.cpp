#include "click_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

namespace model {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

// By the sum of the positives' ranks (Mann, Whitney), equal scores sharing their mean rank.
double area_under_curve(std::span<const float> scores, std::span<const float> labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double positives = 0, rank_sum = 0;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double here = 0;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end)
      here += labels[order[end]];
    positives += here;
    rank_sum += here * (static_cast<double>(begin + end + 1) / 2);  // ranks from 1
  }
  const double negatives = static_cast<double>(order.size()) - positives;
  if (positives == 0 || negatives == 0) return kNone;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

double grouped_area_under_curve(std::span<const float> scores, std::span<const float> labels,
                                std::span<const std::int32_t> users) {
  double total = 0, weight = 0;
  for (std::size_t begin = 0, end = 0; begin < users.size(); begin = end) {
    while (end < users.size() && users[end] == users[begin]) ++end;
    const std::size_t count = end - begin;
    const double area =
        area_under_curve(scores.subspan(begin, count), labels.subspan(begin, count));
    if (std::isnan(area)) continue;
    total += area * static_cast<double>(count);
    weight += static_cast<double>(count);
  }
  return weight > 0 ? total / weight : kNone;
}

double log_loss_of(std::span<const float> probabilities, std::span<const float> labels,
                   std::span<const float> weights) {
  double loss = 0, total = 0;
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    const double p = probabilities[k];
    loss -= weights[k] * std::log(std::max(labels[k] > 0 ? p : 1 - p, 1e-12));
    total += weights[k];
  }
  return total > 0 ? loss / total : 0;
}

Calibration calibration_of(std::span<const float> probabilities, std::span<const float> labels,
                           std::span<const float> weights) {
  Calibration made;
  double all = 0;
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    const auto bin = std::min<std::size_t>(9, static_cast<std::size_t>(probabilities[k] * 10));
    made.bins[bin].weight += weights[k];
    made.bins[bin].predicted += weights[k] * probabilities[k];
    made.bins[bin].observed += weights[k] * labels[k];
    all += weights[k];
  }
  for (Calibration::Bin& bin : made.bins) {
    if (bin.weight == 0) continue;
    bin.predicted /= bin.weight;
    bin.observed /= bin.weight;
    made.error += bin.weight / all * std::abs(bin.predicted - bin.observed);
  }
  return made;
}

// Newton's method. A small weight on the distance from (1, 0) keeps it from running away where a
// threshold divides the labels.
PlattScaling fit_platt(std::span<const float> logits, std::span<const float> labels,
                       std::span<const float> weights) {
  constexpr double kStay = 1e-3;
  PlattScaling fit;
  if (std::adjacent_find(labels.begin(), labels.end(), std::not_equal_to<>()) == labels.end())
    return fit;
  for (int step = 0; step < 50; ++step) {
    double slope = kStay * (fit.slope - 1), intercept = kStay * fit.intercept;  // the gradient
    double aa = kStay, ab = 0, bb = kStay;                                      // the curvature
    for (std::size_t k = 0; k < logits.size(); ++k) {
      const double p = 1 / (1 + std::exp(-fit(logits[k])));
      const double error = weights[k] * (p - labels[k]), curve = weights[k] * p * (1 - p);
      slope += error * logits[k];
      intercept += error;
      aa += curve * logits[k] * logits[k];
      ab += curve * logits[k];
      bb += curve;
    }
    const double determinant = aa * bb - ab * ab;
    const double a = (bb * slope - ab * intercept) / determinant,
                 b = (aa * intercept - ab * slope) / determinant;
    // A step is bounded, as the curvature far from the optimum says little.
    fit.slope = std::clamp(fit.slope - std::clamp(a, -1.0, 1.0), 0.05, 20.0);
    fit.intercept -= std::clamp(b, -1.0, 1.0);
    if (std::abs(a) + std::abs(b) < 1e-9) break;
  }
  return fit;
}

}  // namespace model
