// Boosted trees by XGBoost's C interface (libxgboost.so.0), which is loaded when trees are first
// grown. The trees come back as numbers: what they say of a row takes no XGBoost any more.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/boosted_trees.hpp"

namespace model {

struct BoostingOptions {
  int rounds = 200;         // trees
  int depth = 3;            // questions in a row, at most
  double rate = 0.05;       // of what a tree finds, so much is kept ("eta")
  int least_rows = 20;      // a leaf has at least so many
  double row_share = 1;     // of the rows, drawn anew for each tree; 0..1
  double column_share = 1;  // of the features, likewise
  int random_seed = 1;      // of what is drawn
  int threads = 1;          // the trees are the same for any number
  std::vector<int> signs;   // of each feature: -1, a higher value never raises the sum; 0: it may
  /// Called after each tree with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed;
};

/// Why XGBoost cannot be had, or "".
std::string why_no_xgboost();

/// Log odds of labels in 0..1 by rows of `columns` features, NaN where missing. Nothing when
/// `proceed` said stop.
/// Throws  playlist::Error where XGBoost cannot be had, or says that something is wrong
std::optional<shared::BoostedTreesOf> grow_trees(std::span<const float> rows, std::size_t columns,
                                                 std::span<const float> labels,
                                                 const BoostingOptions& options);

}  // namespace model
