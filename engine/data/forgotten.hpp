// What a person asked to be forgotten: it tells nothing of their taste.
//
// A listen is forgotten by its time, its device, its track, or what the track belongs to; a like by the track
// or the artist alone. What somebody has (their library, playlists) stays what it is.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "data/tables.hpp"

namespace engine {

class Forgotten {
 public:
  Forgotten() = default;
  /// `catalogue`: whose tables "tracks" and "artist_tracks" there are. Must outlive it.
  explicit Forgotten(const Tables& catalogue) : catalogue_(&catalogue) {}

  void add_track(std::int32_t track);
  void add_song(std::int32_t track);
  void add_artist(std::int32_t artist);
  void add_album(std::int32_t artist, std::string_view name);
  /// [first, last), Unix seconds.
  void add_times(std::int64_t first, std::int64_t last);
  /// By any number from 0 that has_listen() is asked for; what is below is no device.
  void add_device(std::int32_t device);

  [[nodiscard]] bool is_empty() const {
    return is_track_.empty() && is_artist_.empty() && times_.empty() && devices_.empty();
  }
  [[nodiscard]] bool has_listen(std::int32_t track, std::int64_t ts, std::int32_t device) const;
  [[nodiscard]] bool has_track(std::int32_t track) const {
    return !is_track_.empty() && is_track_[static_cast<std::size_t>(track)];
  }
  [[nodiscard]] bool has_artist(std::int32_t artist) const {
    return !is_artist_.empty() && is_artist_[static_cast<std::size_t>(artist)];
  }

 private:
  const Tables* catalogue_ = nullptr;
  std::vector<bool> is_track_, is_artist_;  // empty: none is
  std::vector<std::pair<std::int64_t, std::int64_t>> times_;
  std::vector<std::int32_t> devices_;
};

}  // namespace engine
