// The models of a benchmark: which elements they are, and which settings validation may choose
// from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/split.hpp"
#include "plugin/arguments.hpp"

namespace engine::benchmark {

/// One way to set a model and its recall.
struct Setting {
  Arguments model, recall;
};

/// How well a round of successive halving looks at a setting.
struct Round {
  std::size_t users;  // of validation, judged by; SIZE_MAX: all
  /// Arguments of the model instead of the setting's, that make training cheaper.
  Arguments model = {};
};

struct Contestant {
  std::string name;  // "item_cf": model.item_cf and recall.item_cf
  /// All that are compared; the first is taken where nothing can be. Of two that come one after the
  /// other and set the model alike, the second needs no training.
  std::vector<Setting> settings;
  std::vector<Round> rounds;  // the last looks at all of it
};

/// All names, in the order they are trained.
std::vector<std::string> contestant_names();

/// The contestant of that name for a split of this size; `name` is one of contestant_names().
///
/// The settings are those that papers report, and others drawn around them by `random_seed`, from
/// the same space for every data set: it holds no data set's own choice. What is chosen from them
/// is chosen by validation within train.
Contestant contestant(const std::string& name, const Split& split, std::uint64_t random_seed);

}  // namespace engine::benchmark
