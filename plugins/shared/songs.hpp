// Songs that a discovery may not bring (any more): what the user has or heard, the seeds, what was
// drawn.
#pragma once

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace shared {

/// A set of songs. Every version of a song (live, remix, another release) is the same song; a track
/// without a song number stands for itself.
class Songs {
 public:
  explicit Songs(const playlist::Call& call) : song_(call.table("tracks")["song"].i32()) {
    std::int32_t last = -1;
    for (const std::int32_t song : song_) last = std::max(last, song);
    has_song_.resize(static_cast<std::size_t>(last + 1));
    has_track_.resize(song_.size());
  }

  /// False when the song was there already.
  bool add(std::int32_t track) {
    const std::int32_t song = song_[static_cast<std::size_t>(track)];
    std::uint8_t& has = song < 0 ? has_track_[static_cast<std::size_t>(track)]
                                 : has_song_[static_cast<std::size_t>(song)];
    if (has) return false;
    has = 1;
    return true;
  }
  [[nodiscard]] bool has(std::int32_t track) const {
    const std::int32_t song = song_[static_cast<std::size_t>(track)];
    return (song < 0 ? has_track_[static_cast<std::size_t>(track)]
                     : has_song_[static_cast<std::size_t>(song)]) != 0;
  }
  void add_all(std::span<const std::int32_t> tracks) {
    for (const std::int32_t track : tracks) add(track);
  }

 private:
  std::span<const std::int32_t> song_;
  std::vector<std::uint8_t> has_song_, has_track_;
};

}  // namespace shared
