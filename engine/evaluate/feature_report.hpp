// What `engine features report` tells, and as a page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/feature_statistics.hpp"

namespace engine::evaluate {

/// Where model.embedding's first two components put each track it knows, and its clusters.
struct TrackMap {
  struct Cluster {
    std::string name;  // the genre that most of its tracks have; "" where none has any
    std::int64_t tracks = 0;
    double x = 0, y = 0;  // their mean
  };
  std::int64_t as_of = 0;  // Unix seconds, of the model
  std::vector<float> x, y;
  std::vector<std::int32_t> cluster;  // of each track, -1 none
  std::vector<Cluster> clusters;      // most tracks first
};

struct FeatureReport {
  FeatureStatistics statistics;
  TrackMap map;
  std::string why_no_map;  // "" where there is one
};

std::string features_html(const FeatureReport& report);

}  // namespace engine::evaluate
