#include "data/forgotten.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace engine {

void Forgotten::add_track(std::int32_t track) {
  if (is_track_.empty())
    is_track_.resize(static_cast<std::size_t>(catalogue_->table("tracks")->rows));
  is_track_[static_cast<std::size_t>(track)] = true;
}

void Forgotten::add_song(std::int32_t track) {
  const auto songs = column_of<std::int32_t>(*catalogue_->table("tracks"), "song");
  const std::int32_t song = songs[static_cast<std::size_t>(track)];
  for (std::size_t other = 0; other < songs.size(); ++other)
    if (songs[other] == song) add_track(static_cast<std::int32_t>(other));
}

void Forgotten::add_artist(std::int32_t artist) {
  if (is_artist_.empty())
    is_artist_.resize(static_cast<std::size_t>(catalogue_->table("artists")->rows));
  is_artist_[static_cast<std::size_t>(artist)] = true;
  const playlist_lists& tracks = *catalogue_->lists("artist_tracks");
  for (auto k = tracks.offsets[artist]; k < tracks.offsets[artist + 1]; ++k)
    add_track(tracks.values[k]);
}

void Forgotten::add_album(std::int32_t artist, std::string_view name) {
  const playlist_table& table = *catalogue_->table("tracks");
  const playlist_column& album = *find_column(table, "album");
  const auto codes = column_of<std::int32_t>(table, "album");
  const playlist_lists& tracks = *catalogue_->lists("artist_tracks");
  for (auto k = tracks.offsets[artist]; k < tracks.offsets[artist + 1]; ++k) {
    const std::int32_t track = tracks.values[k];
    if (equal_ignoring_case(text_of(album, codes[static_cast<std::size_t>(track)]), name))
      add_track(track);
  }
}

void Forgotten::add_times(std::int64_t first, std::int64_t last) {
  times_.emplace_back(first, last);
}

void Forgotten::add_device(std::int32_t device) {
  devices_.push_back(device);
}

bool Forgotten::has_listen(std::int32_t track, std::int64_t ts, std::int32_t device) const {
  return has_track(track) || std::ranges::find(devices_, device) != devices_.end() ||
         std::ranges::any_of(
             times_, [ts](const auto& span) { return span.first <= ts && ts < span.second; });
}

}  // namespace engine
