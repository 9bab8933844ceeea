// What a library knows of the songs in a player's queue and of what its person heard, kept in memory
// while that player is followed (players/live_queue.hpp).
#pragma once

#include <memory>
#include <string>

#include "app/caller.hpp"
#include "players/live_queue.hpp"

namespace engine::pipelines {

/// As of now, from the columns that recipes read, too: without what was heard in private or is to be
/// forgotten. `account`: whose lists are the engine's. Throws what load_as_of() throws.
std::unique_ptr<players::SongKnowledge> song_knowledge(const app::Caller& caller,
                                                       const std::string& account);

}  // namespace engine::pipelines
