#include "boosted_trees.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>

namespace shared {

std::string BoostedTrees::fault(std::size_t features) const {
  const std::size_t nodes = left.size();
  if (right.size() != nodes || feature.size() != nodes || value.size() != nodes ||
      missing_left.size() != nodes)
    return "its trees' columns are of different lengths";
  if (begin.empty() || begin.front() != 0 || static_cast<std::size_t>(begin.back()) != nodes)
    return "its trees do not end where their nodes do";
  for (std::size_t tree = 0; tree < trees(); ++tree) {
    if (begin[tree] >= begin[tree + 1]) return playlist::concat("its tree ", tree, " has no root");
    for (std::int32_t node = begin[tree]; node < begin[tree + 1]; ++node) {
      const auto at = static_cast<std::size_t>(node);
      if (!std::isfinite(value[at])) return playlist::concat("its node ", node, " has no value");
      if (left[at] < 0 && right[at] < 0) continue;
      // Children come later in the same tree, so that every way down ends.
      const auto is_below = [&](std::int32_t child) {
        return child > node && child < begin[tree + 1];
      };
      if (!is_below(left[at]) || !is_below(right[at]))
        return playlist::concat("its node ", node, " has a child that is not below it");
      if (feature[at] < 0 || static_cast<std::size_t>(feature[at]) >= features)
        return playlist::concat("its node ", node, " asks for feature ", feature[at], " of ",
                                features);
    }
  }
  return std::isfinite(base) ? "" : "its base is no number";
}

TreeSum::TreeSum(const BoostedTrees& trees) : base_(trees.base) {
  std::vector<std::size_t> depth(trees.left.size());  // of the node, which stands after its parent
  for (std::size_t node = 0; node < trees.left.size(); ++node) {
    const auto self = static_cast<std::int32_t>(node);
    const bool is_leaf = trees.left[node] < 0;
    nodes_.push_back({trees.value[node],
                      is_leaf ? 0 : trees.feature[node],
                      {is_leaf ? self : trees.left[node], is_leaf ? self : trees.right[node]},
                      trees.missing_left[node]});
    if (is_leaf) continue;
    for (const std::int32_t child : nodes_.back().below) {
      depth[static_cast<std::size_t>(child)] = depth[node] + 1;
      depth_ = std::max(depth_, depth[node] + 1);
    }
  }
  if (trees.trees() > 0) roots_.assign(trees.begin.begin(), trees.begin.end() - 1);
  at_.resize(roots_.size());
}

float TreeSum::operator()(std::span<const float> row) const {
  at_ = roots_;
  for (std::size_t step = 0; step < depth_; ++step) {
    for (std::int32_t& at : at_) {
      const Node& node = nodes_[static_cast<std::size_t>(at)];
      const float asked = row[static_cast<std::size_t>(node.feature)];
      const auto is_less = static_cast<std::uint32_t>(asked < node.value),
                 is_missing = static_cast<std::uint32_t>(asked != asked);
      at = node.below[1 - (is_less | (is_missing & node.missing_left))];
    }
  }
  float sum = base_;
  for (const std::int32_t at : at_) sum += nodes_[static_cast<std::size_t>(at)].value;
  return sum;
}

}  // namespace shared
