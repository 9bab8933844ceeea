// Weights of a choice model: in every set one alternative was taken, with a chance in proportion to
// exp(utility), its utility the weighted sum of its features.
//
// Newton    The log likelihood is concave; a few steps reach its only maximum. The first ones look
//           at a part of the sets only and give the place that the steps over all begin at.
// Errors    covariance is the inverse of the information; robust is the sandwich, the scores of the
//           sets added up within each cluster (a session's choices are not independent), without a
//           correction for few clusters: both are what survival::clogit of R gives.
// Sampling  The sets may be samples of what was there. Alternatives drawn uniformly need no more;
//           drawn with chances q they need `correction` -ln q in every row, the taken one's too.
//           Drawn again and again each is a row of its own (McFadden's positive conditioning).
// Binary    Whether something was taken or left is a choice between a row of zeros and its features.
// Threads   The same bits for any number of them.
//
// McFadden: Conditional Logit Analysis of Qualitative Choice Behavior, 1974; Modelling the Choice of
// Residential Location, 1978 (sampled alternatives).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace model {

/// Set s has the rows [begin[s], begin[s + 1]), of which begin[s] + chosen[s] was taken.
struct ChoiceSets {
  std::size_t features = 0;
  std::span<const float> rows;                 // row-major, finite
  std::span<const std::int64_t> begin;         // a place more than there are sets
  std::span<const std::int32_t> chosen;        // of each set
  std::span<const float> correction = {};      // of each row, added to its utility; empty: 0
  std::span<const std::int32_t> cluster = {};  // of each set, >= 0; empty: no robust errors

  [[nodiscard]] std::size_t count() const { return chosen.size(); }
};

struct LogitOptions {
  /// Weights are drawn from normal distributions of these means and 1 / variances, by feature;
  /// empty: nothing is known of them before.
  std::vector<double> prior_mean, prior_precision;
  int most_steps = 50;
  int threads = 1;
  std::function<bool(double)> proceed = {};  // asked now and then; false: stop
};

struct ConditionalLogit {
  std::vector<double> weights;
  /// features x features. NaN in the rows of a feature that the others and the sets determine: its
  /// weight is 0.
  std::vector<double> covariance, robust;
  double log_likelihood = 0, null_log_likelihood = 0;  // of the sets; null: of weights 0
  int steps = 0;
  bool has_converged = false;

  [[nodiscard]] double error(std::size_t feature) const;
  [[nodiscard]] double robust_error(std::size_t feature) const;
};

/// Nothing when `proceed` said so.
std::optional<ConditionalLogit> fit_conditional_logit(const ChoiceSets& sets,
                                                      const LogitOptions& options);

/// How much people differ around common weights, by feature, and each one's weights given that:
/// empirical Bayes with normal weights, the variances by expectation maximization over Laplace
/// approximations. A person without sets has the common weights.
struct PersonalWeights {
  std::vector<double> variance;              // between people
  std::vector<std::vector<double>> weights;  // of each person
};
std::optional<PersonalWeights> shrink_to(std::span<const double> common,
                                         std::span<const ChoiceSets> people,
                                         const LogitOptions& options);

}  // namespace model
