// Songs that a discovery may not bring (any more): what the user has or heard, the seeds, what was
// drawn.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace shared {

/// A set of songs. Every version of a song (live, remix, another release) is the same song; a track
/// without a song number stands for itself.
class Songs {
 public:
  explicit Songs(const playlist::Call& call) : song_(call.table("tracks")["song"].i32()) {}

  /// False when the song was there already.
  bool add(std::int32_t track) {
    const Place place = place_of(track);
    std::vector<bool>& has = place.is_song ? has_song_ : has_track_;
    if (place.number >= has.size()) has.resize(place.number + 1);
    if (has[place.number]) return false;
    has[place.number] = true;
    return true;
  }
  [[nodiscard]] bool has(std::int32_t track) const {
    const Place place = place_of(track);
    const std::vector<bool>& has = place.is_song ? has_song_ : has_track_;
    return place.number < has.size() && has[place.number];
  }
  void add_all(std::span<const std::int32_t> tracks) {
    for (const std::int32_t track : tracks) add(track);
  }

 private:
  struct Place {
    bool is_song;
    std::size_t number;  // of the song, or of the track
  };
  [[nodiscard]] Place place_of(std::int32_t track) const {
    const std::int32_t song = song_[static_cast<std::size_t>(track)];
    return {song >= 0, static_cast<std::size_t>(song >= 0 ? song : track)};
  }

  std::span<const std::int32_t> song_;
  std::vector<bool> has_song_, has_track_;  // as far as the last one that was added
};

}  // namespace shared
