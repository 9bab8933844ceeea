// The models of a benchmark: which elements they are, and which settings validation may choose
// from.
#pragma once

#include <string>
#include <vector>

#include "benchmark/split.hpp"
#include "plugin/arguments.hpp"

namespace engine::benchmark {

/// One way to set a model and its recall.
struct Setting {
  Arguments model, recall;
};

struct Contestant {
  std::string name;  // "item_cf": model.item_cf and recall.item_cf
  /// The first is taken where nothing can be compared. Neighbours in it that set the model alike
  /// share one training.
  std::vector<Setting> grid;
};

/// All names, in the order they are trained.
std::vector<std::string> contestant_names();

/// The contestant of that name for a split of this size; `name` is one of contestant_names().
///
/// The grids are the same for every data set: they were laid around what the papers of the models
/// report and hold no data set's own choice. What is chosen from them is chosen by
/// validation within train.
Contestant contestant(const std::string& name, std::int32_t items);

}  // namespace engine::benchmark
