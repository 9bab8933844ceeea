// Which way of telling one person's taste serves them: a rule of thumb, a shrunk logistic
// regression of the features, or boosted trees; the first for want of anything that is shown to be
// better.
//
// Folds   The examples in the order of time: three times the next fifth is foretold by what is
//         learned of those before it whose labels were known when it began
// Judge   The area under the curve among examples of one fold: the chance that one which came out
//         well scores above one that did not. A rung is on if the 95 % interval of its gain over
//         the best rung below it that is on, over weeks drawn anew with both rungs judged by the
//         same draws, excludes 0
// Then    What won is learned of all examples
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../../kernels/click_metrics.hpp"
#include "../../kernels/session_figures.hpp"
#include "ridge_logistic.hpp"
#include "taste_examples.hpp"
#include "xgboost.hpp"

namespace model {

enum class Rung : std::uint8_t { kHeuristic, kLogistic, kBoosted };
inline constexpr std::size_t kRungs = 3;
const char* name_of(Rung rung);

struct LadderOptions {
  std::size_t least = 200;  // examples, below which the rule of thumb stays
  double regularization = 10;
  BoostingOptions boosting;
  std::uint64_t random_seed = 1;
  /// Called now and then with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed;
};

struct JudgedRung {
  Figure area, gain;  // gain: over the best rung below it that is on; none of the lowest
  bool is_on = false;
  std::string why_not;  // it was not tried; "": it was
};

struct TasteLadder {
  Rung rung = Rung::kHeuristic;
  std::string why;  // it was not judged; "": it was
  std::array<JudgedRung, kRungs> judged;
  std::size_t held_out = 0, weeks = 0;  // examples foretold, and in how many weeks
  double base = 0.5;                    // the mean label
  // Of the rung that won, where it is learned:
  RidgeLogistic logistic;
  shared::BoostedTreesOf trees;
  /// Of each column: how much the area of the last fold falls when its values change places.
  std::vector<double> importance;
  Calibration calibration;  // of what it foretold
};

/// Nothing when `proceed` said stop.
std::optional<TasteLadder> climb(const TasteExamples& examples, const LadderOptions& options);

}  // namespace model
