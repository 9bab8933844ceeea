#include "patterns/dashboard_moods.hpp"

#include <map>

namespace engine::patterns {

TrackMoods moods_of(const AsOf& tables, const Artifact& model) {
  TrackMoods made;
  made.of_track.assign(static_cast<std::size_t>(tables.track_count()), -1);
  const playlist_table *moods = model.table("moods"), *rows = model.table("tracks");
  if (moods == nullptr || rows == nullptr) return made;
  const auto mood_id = column_of<std::int32_t>(*moods, "id"),
             label = column_of<std::int32_t>(*moods, "label");
  const playlist_column& labels = *find_column(*moods, "label");
  std::map<std::int32_t, std::int32_t> places;  // by the mood's id
  for (std::size_t k = 0; k < mood_id.size(); ++k) {
    places[mood_id[k]] = static_cast<std::int32_t>(k);
    made.moods.push_back({mood_id[k], std::string(text_of(labels, label[k]))});
  }
  const auto id = column_of<std::int64_t>(*rows, "id");
  const auto mood = column_of<std::int32_t>(*rows, "mood");
  const auto number = column_of<std::int32_t>(*tables.table("tracks_by_id"), "number");
  for (std::size_t row = 0; row < id.size(); ++row) {
    const auto at = static_cast<std::size_t>(id[row]);
    const auto place = places.find(mood[row]);
    if (id[row] < 0 || at >= number.size() || number[at] < 0 || place == places.end()) continue;
    made.of_track[static_cast<std::size_t>(number[at])] = place->second;
  }
  return made;
}

}  // namespace engine::patterns
