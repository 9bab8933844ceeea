#include "patterns/track_kinds.hpp"

#include <algorithm>
#include <map>

#include "evaluate/space_clusters.hpp"

namespace engine::patterns {
namespace {

/// By track: the place of its cluster in the table "clusters", whose names are told.
TrackKinds person_clusters(const AsOf& tables, const Artifact& artifact) {
  const playlist_table &clusters = *artifact.table("clusters"), &rows = *artifact.table("tracks");
  const auto cluster_id = column_of<std::int32_t>(clusters, "id"),
             name = column_of<std::int32_t>(clusters, "name");
  const playlist_column& names = *find_column(clusters, "name");
  TrackKinds kinds{.source = KindSource::kClusters};
  std::map<std::int32_t, std::int32_t> places;  // by the cluster's id
  for (std::size_t k = 0; k < cluster_id.size(); ++k) {
    places[cluster_id[k]] = static_cast<std::int32_t>(k);
    kinds.names.emplace_back(text_of(names, name[k]));
  }
  kinds.of_track.assign(static_cast<std::size_t>(tables.track_count()), -1);
  const auto id = column_of<std::int64_t>(rows, "id");
  const auto cluster = column_of<std::int32_t>(rows, "cluster");
  const auto number = column_of<std::int32_t>(*tables.table("tracks_by_id"), "number");
  for (std::size_t row = 0; row < id.size(); ++row) {
    const auto at = static_cast<std::size_t>(id[row]);
    const auto place = places.find(cluster[row]);
    if (id[row] < 0 || at >= number.size() || number[at] < 0 || place == places.end()) continue;
    kinds.of_track[static_cast<std::size_t>(number[at])] = place->second;
  }
  return kinds;
}

TrackKinds genres(const AsOf& tables) {
  const playlist_table* table = tables.table("track_genres");
  const playlist_column& texts = *find_column(*table, "genre");
  const auto genre = column_of<std::int32_t>(*table, "genre");
  TrackKinds kinds{.source = KindSource::kGenres};
  kinds.of_track.assign(genre.begin(), genre.end());
  std::int32_t count = 0;
  for (const std::int32_t code : genre) count = std::max(count, code + 1);
  for (std::int32_t code = 0; code < count; ++code) kinds.names.emplace_back(text_of(texts, code));
  // "": of a track without tags.
  for (std::int32_t& kind : kinds.of_track)
    if (kind >= 0 && kinds.names[static_cast<std::size_t>(kind)].empty()) kind = -1;
  if (count == 0) kinds.source = KindSource::kNone;
  return kinds;
}

}  // namespace

TrackKinds track_kinds(const AsOf& tables, const std::vector<ModelVersion>& models) {
  ModelShelf shelf(usable_versions(models, tables.now(), tables.user_id()));
  const Artifact* own = shelf.find("model.clusters");
  if (own != nullptr && own->table("clusters") != nullptr && own->table("clusters")->rows > 0)
    return person_clusters(tables, *own);
  const evaluate::SpaceClusters space = evaluate::space_clusters(tables, models);
  if (space.count == 0) return genres(tables);
  TrackKinds kinds{.source = KindSource::kSpace, .of_track = space.of_track};
  for (std::size_t k = 0; k < space.count; ++k)
    kinds.names.push_back("cluster " + std::to_string(k));
  return kinds;
}

}  // namespace engine::patterns
