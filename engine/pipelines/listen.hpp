// engine listen: what a player plays becomes listens, as it is played.
//
// A worker follows the player; each song that is over is a line of a journal beside the library
// (players/listen_journal.hpp) and is imported from there at once. What was left by one who was
// killed is imported first. Until SIGINT, which ends the song under way where it is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "app/caller.hpp"
#include "players/heard_song.hpp"

namespace engine::pipelines {

struct ListenReport {
  std::string user;        // whose listens they are
  std::int64_t songs = 0;  // that were followed
  std::string folder;      // of the journals
};

/// `heard` is called for each song once it is in the library. Throws Error: kInput where there is no
/// such account or player, or it goes away; kUsage where it is not clear who listens.
ListenReport listen(const app::Caller& caller, const std::string& account,
                    const std::function<void(const players::HeardSong&)>& heard);

}  // namespace engine::pipelines
