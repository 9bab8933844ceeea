// A sum of regression trees, as an artifact holds them: what they say of a row needs nothing of the
// library that grew them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace shared {

/// Nodes of all trees; the first of each tree, and an end, in `begin`. A leaf has no children (-1).
struct BoostedTrees {
  std::span<const std::int32_t> begin;
  std::span<const std::int32_t> left, right;   // nodes of all trees
  std::span<const std::int32_t> feature;       // that a node asks of
  std::span<const float> value;                // of a leaf; else what is below it goes left
  std::span<const std::uint8_t> missing_left;  // 1: a missing value (NaN) goes left
  float base = 0;

  [[nodiscard]] std::size_t trees() const { return begin.empty() ? 0 : begin.size() - 1; }
  /// What is wrong with them, or "": only trees without fault end, and ask for one of `features`.
  [[nodiscard]] std::string fault(std::size_t features) const;
};

/// The same with room of its own.
struct BoostedTreesOf {
  std::vector<std::int32_t> begin{0}, left, right, feature;
  std::vector<float> value;
  std::vector<std::uint8_t> missing_left;
  float base = 0;

  [[nodiscard]] BoostedTrees view() const {
    return {begin, left, right, feature, value, missing_left, base};
  }
};

/// Trees without fault, laid out for asking.
///
/// All of them go down a step at a time, so that no answer waits for another and nothing is guessed
/// ahead in vain: a quarter of the time of one tree after another.
/// Threads: one at a time.
class TreeSum {
 public:
  TreeSum() = default;
  explicit TreeSum(const BoostedTrees& trees);

  /// `base` and the leaf of each tree, added up in their order in single precision.
  [[nodiscard]] float operator()(std::span<const float> row) const;

 private:
  /// A leaf leads to itself.
  struct Node {
    float value;
    std::int32_t feature;
    std::int32_t below[2];  // left, right
    std::uint32_t missing_left;
  };
  std::vector<Node> nodes_;
  std::vector<std::int32_t> roots_;
  std::size_t depth_ = 0;
  float base_ = 0;
  mutable std::vector<std::int32_t> at_;  // of each tree
};

}  // namespace shared
