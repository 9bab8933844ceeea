// The map of model.clusters: every track somebody knows as a dot, its cluster as its colour.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace engine::evaluate {

struct ClusterMap {
  struct Cluster {
    std::int32_t id = 0;
    std::string name, words;
    std::int64_t tracks = 0;
    float x = 0, y = 0;  // the middle of its tracks
    std::vector<std::string> examples =
        {};  // the tracks nearest to its centre, as "Artist – Title"
  };
  struct Track {
    std::int64_t id = 0;   // the store's
    std::string name;      // "Artist – Title"
    std::int32_t at = -1;  // place of its cluster; -1: none
    float x = 0, y = 0;
  };
  std::string person;
  std::string as_of;              // of the model, "2026-06-01T00:00:00Z"
  std::vector<Cluster> clusters;  // most tracks first
  std::vector<Track> tracks;

  /// Share of the tracks that are in a cluster.
  [[nodiscard]] double clustered() const;
};

/// A page that holds all it needs: the map to move and enlarge, tracks by name, clusters as a table.
std::string cluster_map_html(const ClusterMap& map);

/// The same dots as a PNG picture of 1600 x 1200; above the middle of a cluster stands its number.
std::string cluster_map_png(const ClusterMap& map);

}  // namespace engine::evaluate
