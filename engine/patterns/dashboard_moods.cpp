#include "patterns/dashboard_moods.hpp"

#include <algorithm>
#include <map>

#include "models/open_version.hpp"
#include "patterns/track_moods.hpp"
#include "shared/moods.hpp"

namespace engine::patterns {

TrackMoods read_moods(const AsOf& tables, const std::vector<ModelVersion>& models) {
  const auto version = std::ranges::find_if(models, [&](const ModelVersion& one) {
    return one.name == shared::kMoodsModel && one.user_id == tables.user_id();
  });
  if (version == models.end()) return {};
  TrackMoods made{.as_of = version->as_of, .moods = {}, .of_track = track_moods(tables, models)};
  const std::shared_ptr<const Artifact> artifact = open_version(*version);
  const shared::Moods moods(playlist::Table(artifact->table("moods"), shared::kMoodsModel));
  std::map<std::int32_t, std::int32_t> places;  // by the mood's number
  for (std::size_t k = 0; k < moods.ids.size(); ++k) {
    places[moods.ids[k]] = static_cast<std::int32_t>(k);
    made.moods.push_back({moods.ids[k], moods.labels[k]});
  }
  for (std::int32_t& mood : made.of_track) mood = mood < 0 ? -1 : places.at(mood);
  return made;
}

}  // namespace engine::patterns
