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
  /// Of each feature: -1, a higher value never raises the sum; 0: it may.
  std::vector<int> signs = {};
  /// Called after each tree with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed = {};
};

/// Why XGBoost cannot be had, or "".
std::string why_no_xgboost();

/// Log odds of labels in 0..1 by rows of `columns` features, NaN where missing. Nothing when
/// `proceed` said stop.
/// Throws  playlist::Error where XGBoost cannot be had, or says that something is wrong
std::optional<shared::BoostedTreesOf> grow_trees(std::span<const float> rows, std::size_t columns,
                                                 std::span<const float> labels,
                                                 const BoostingOptions& options);

/// Rows of `columns` features, NaN where missing, and the class of each, 0 .. classes - 1.
struct ClassRows {
  std::vector<float> rows;
  std::vector<float> labels;
};
/// What boosted trees say of rows, a tree for each class a round ("multi:softprob").
struct SoftprobTrial {
  std::vector<float> said;  // probabilities of the classes, row after row
  int rounds = 0;           // of those grown, as many as served `stop` best
};
/// Grows trees on `taught` until the log loss on `stop` has not fallen for `patience` rounds, and
/// asks them of `asked`, whose labels are not looked at.
/// Nothing when `proceed` said stop. Throws as grow_trees().
std::optional<SoftprobTrial> try_softprob(const ClassRows& taught, const ClassRows& stop,
                                          const ClassRows& asked, std::size_t columns, int classes,
                                          int patience, const BoostingOptions& options);

}  // namespace model
