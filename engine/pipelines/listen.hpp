// engine listen: what a player plays becomes listens, as it is played.
//
// A worker follows the player; each song that is over is a line of a journal beside the library
// (players/listen_journal.hpp) and is imported from there at once. What was left by one who was
// killed is imported first. Until SIGINT, which ends the song under way where it is.
//
// With `live` what comes next in the player's queue is put in another order once a song is skipped
// (players/live_queue.hpp). What that needs of the library is in the worker's memory by then.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "app/caller.hpp"
#include "players/heard_song.hpp"
#include "players/live_queue.hpp"

namespace engine::pipelines {

struct ListenReport {
  std::string user;            // whose listens they are
  std::int64_t songs = 0;      // that were followed
  std::string folder;          // of the journals
  std::int64_t replanned = 0;  // times
  std::int64_t told = 0;       // plays, with scrobble_to
};

struct ListenOptions {
  std::string account;
  bool is_live = false;
  std::string scrobble_to;  // an account that is told of each play; "": none
  /// For each song once it is in the library.
  std::function<void(const players::HeardSong&)> heard = nullptr;
  std::function<void(const players::Replanned&)> replanned = nullptr;
};

/// Throws Error: kInput where there is no such account or player, or it goes away, or nothing was put
/// there that could be planned; kUsage where it is not clear who listens.
ListenReport listen(const app::Caller& caller, const ListenOptions& options);

}  // namespace engine::pipelines
