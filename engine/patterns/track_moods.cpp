#include "patterns/track_moods.hpp"

#include <algorithm>

#include "models/open_version.hpp"
#include "shared/moods.hpp"

namespace engine::patterns {

std::vector<std::int32_t> track_moods(const AsOf& tables, const std::vector<ModelVersion>& models) {
  std::vector<std::int32_t> made(static_cast<std::size_t>(tables.track_count()), -1);
  const auto version = std::ranges::find_if(models, [&](const ModelVersion& one) {
    return one.name == shared::kMoodsModel && one.user_id == tables.user_id();
  });
  if (version == models.end()) return made;
  const std::shared_ptr<const Artifact> artifact = open_version(*version);
  const shared::Moods moods(playlist::Table(artifact->table("moods"), shared::kMoodsModel));
  const shared::MoodSounds sounds =
      shared::mood_sounds(playlist::Table(tables.table("tracks"), "tracks"),
                          playlist::Lists(tables.lists("artist_tracks")));
  const std::vector<std::int32_t> place = moods.centroids.of_tracks(sounds);
  for (std::size_t track = 0; track < made.size(); ++track)
    if (place[track] >= 0) made[track] = moods.ids[static_cast<std::size_t>(place[track])];
  return made;
}

}  // namespace engine::patterns
