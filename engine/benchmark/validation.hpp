// What is held out of train to choose settings by, so that the test part chooses nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmark/split.hpp"

namespace engine::benchmark {

/// Users with fewer items in train give nothing to validation.
inline constexpr std::size_t kFewestTrainItems = 2;

/// Train without what validation looks for, and that.
struct Validation {
  ItemsOfUsers train, wanted;
  std::vector<std::int32_t> users;  // those to judge by, ascending; empty: nothing can be compared

  /// `count` of them at most, ascending: drawn, but always the same, and among those of any greater
  /// count.
  [[nodiscard]] std::vector<std::int32_t> some(std::size_t count) const;
};

/// Whether every user's items of test have higher numbers than those of train: items are numbered
/// by when they came, and the last are tested (citeulike-a). Elsewhere they are drawn.
bool tests_the_last(const Split& split);

/// A tenth of the items of every user with enough of them, at least one: drawn, or where the split
/// tests the last, the last, as what is best among the first need not be best for later ones.
/// `split.test` is looked at for that alone. Judged by are a few thousand users, chosen at random
/// but always the same.
Validation hold_out(const Split& split);

}  // namespace engine::benchmark
