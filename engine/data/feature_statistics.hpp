// How far the features of tracks are known, how they are spread, and which go together: what
// `engine features report` tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/as_of.hpp"

namespace engine {

/// Of the values that tracks have of their own. NaN where none has, and what has no meaning on the
/// circle that keys are.
struct FeatureSpread {
  std::string feature;
  std::int64_t known = 0;
  double least = 0, low = 0, median = 0, high = 0, most = 0;  // low and high: a twentieth beyond
  double mean = 0, deviation = 0;
};

struct FeatureStatistics {
  std::int64_t tracks = 0;
  std::vector<FeatureCoverage> coverage;  // of the numeric features of the sound
  std::vector<FeatureSpread> spreads;     // of those, then year, key, mode and time signature
  /// Pearson's, of every two of `spreads` but the key, which is a circle, over the tracks that have
  /// both; NaN where fewer than three have, or one of them is always the same.
  std::vector<std::string> correlated;
  std::vector<std::vector<double>> correlations;
};

FeatureStatistics feature_statistics(const AsOf& tables);

}  // namespace engine
