// Kept playlists: shown page by page, refreshed, put aside.
#pragma once

#include <string>

#include "bot/answering.hpp"

namespace engine::bot {

// `name`: of a list; "": all.

/// /refresh: the next version.
void answer_refresh(Answering& here, const std::string& name);
/// /playlist
void answer_playlist(Answering& here, const std::string& name);
/// /snapshot
void answer_snapshot(Answering& here, const std::string& name);
/// "KEY:26": the list of that key, from its 26th track on; in place of the message's text, where the
/// button stands below a list itself.
void turn_page(Answering& here, const std::string& rest, bool edits);

}  // namespace engine::bot
