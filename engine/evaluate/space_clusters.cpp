#include "evaluate/space_clusters.hpp"

#include <algorithm>

#include "data/tables.hpp"

namespace engine::evaluate {

SpaceClusters space_clusters(const AsOf& tables, const std::vector<ModelVersion>& models) {
  ModelShelf shelf(usable_versions(models, tables.now(), 0));
  const Artifact* artifact = shelf.find("model.embedding");
  if (artifact == nullptr) return {};
  const playlist_table *tracks = artifact->table("tracks"), *rows = artifact->table("clusters");
  if (tracks == nullptr || rows == nullptr) return {};
  const auto ids = column_of<std::int64_t>(*tracks, "id");
  const auto cluster = column_of<std::int32_t>(*rows, "cluster");
  const auto number = column_of<std::int32_t>(*tables.table("tracks_by_id"), "number");
  SpaceClusters clusters;
  clusters.of_track.assign(static_cast<std::size_t>(tables.track_count()), -1);
  for (std::size_t row = 0; row < std::min(ids.size(), cluster.size()); ++row) {
    if (ids[row] < 0 || static_cast<std::size_t>(ids[row]) >= number.size()) continue;
    const std::int32_t track = number[static_cast<std::size_t>(ids[row])];
    if (track < 0) continue;  // of a later import, or gone
    clusters.of_track[static_cast<std::size_t>(track)] = cluster[row];
    clusters.count = std::max(clusters.count, static_cast<std::size_t>(cluster[row] + 1));
  }
  if (clusters.count == 0) return {};
  return clusters;
}

}  // namespace engine::evaluate
