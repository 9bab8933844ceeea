#include "genres.hpp"

#include <algorithm>
#include <string>

namespace shared {

Genres::Genres(const playlist::Call& call)
    : names_(call.table("tags")["name"].texts()),
      track_tags_(call.lists("track_tags")),
      tag_tracks_(call.lists("tag_tracks")),
      artist_tags_(call.lists("artist_tags")),
      artist_tracks_(call.lists("artist_tracks")),
      artist_(call.table("tracks")["artist"].i32()) {}

template <class Use>
void Genres::each_of_artist(std::int32_t artist, Use&& use) const {
  const auto tags = artist_tags_[artist];
  const auto weights = artist_tags_.weights(artist);
  const float strongest = weights.empty() ? 0 : *std::max_element(weights.begin(), weights.end());
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (weights.empty() || weights[i] * 2 >= strongest) use(tags[i]);
  }
}

std::int32_t Genres::number(std::string_view name) const {
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  for (std::size_t tag = 0; tag < count(); ++tag)
    if (names_[tag] == lower) return static_cast<std::int32_t>(tag);
  return -1;
}

std::vector<std::string_view> Genres::names() const {
  std::vector<std::string_view> names;
  for (std::size_t tag = 0; tag < count(); ++tag) names.push_back(names_[tag]);
  return names;
}

std::vector<std::int32_t> Genres::of(std::int32_t track) const {
  const auto own = track_tags_[track];
  std::vector<std::int32_t> tags(own.begin(), own.end());
  if (tags.empty()) {
    each_of_artist(artist_[static_cast<std::size_t>(track)],
                   [&](std::int32_t tag) { tags.push_back(tag); });
  }
  return tags;
}

std::vector<std::vector<std::int32_t>> Genres::tracks_of(std::span<const std::int32_t> tags) const {
  std::vector<std::vector<std::int32_t>> tracks(tags.size());
  std::vector<std::int32_t> place(count(), -1);
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto own = tag_tracks_[tags[i]];
    tracks[i].assign(own.begin(), own.end());
    place[static_cast<std::size_t>(tags[i])] = static_cast<std::int32_t>(i);
  }
  for (std::size_t artist = 0; artist < artist_tags_.rows(); ++artist) {
    const auto number = static_cast<std::int32_t>(artist);
    each_of_artist(number, [&](std::int32_t tag) {
      const std::int32_t at = place[static_cast<std::size_t>(tag)];
      if (at < 0) return;
      for (const std::int32_t track : artist_tracks_[number]) {
        if (artist_[static_cast<std::size_t>(track)] == number && track_tags_[track].empty()) {
          tracks[static_cast<std::size_t>(at)].push_back(track);
        }
      }
    });
  }
  for (auto& list : tracks) std::sort(list.begin(), list.end());
  return tracks;
}

}  // namespace shared
