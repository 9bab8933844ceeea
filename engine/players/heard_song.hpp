// A song that a player has played, as whoever follows it saw it.
#pragma once

#include <cstdint>
#include <string>

namespace engine::players {

struct HeardSong {
  std::string title, artist, album, mbid;  // "" where the player does not know
  std::int64_t started_at = 0;             // Unix seconds
  std::int64_t ms_played = 0;              // pauses, and what was jumped over, not counted
  std::int64_t duration_ms = 0;            // 0: not known
  bool is_skipped = false;                 // another song was begun before it was over
  int queue_id = -1;                       // of its place in the player's queue; -1: not told
};

}  // namespace engine::players
