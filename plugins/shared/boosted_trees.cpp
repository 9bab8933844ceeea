#include "boosted_trees.hpp"

#include "playlist/plugin.hpp"

#include <cmath>

namespace shared {

float BoostedTrees::sum(std::span<const float> row) const {
  float sum = base;
  for (std::size_t tree = 0; tree < trees(); ++tree) {
    auto node = static_cast<std::size_t>(begin[tree]);
    while (left[node] >= 0) {
      const float asked = row[static_cast<std::size_t>(feature[node])];
      const bool goes_left = std::isnan(asked) ? missing_left[node] != 0 : asked < value[node];
      node = static_cast<std::size_t>(goes_left ? left[node] : right[node]);
    }
    sum += value[node];
  }
  return sum;
}

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

}  // namespace shared
