// The table "mood_windows": what was heard just before each listen of a session. What a model of the next
// mood learns from, and tells by.
//
// Rows     every listen that has kWindow others before it in its session, in the order of "listens";
//          then, while a session goes on at `now`, one for what comes next ("listen" -1)
// Window   the kWindow listens before it. Nothing of the listen itself, of what follows, or of how long
//          the session came to be
// Sounds   those of shared/moods.hpp. `own` and `known` count how many of the window's tracks have
//          their own, and how many theirs or their artist's
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "data/listen_statistics.hpp"
#include "data/owned_table.hpp"
#include "data/tables.hpp"

namespace engine {

inline constexpr std::size_t kWindow = 3;

/// `listens` are those that had ended by `now`.
std::unique_ptr<OwnedTable> make_mood_windows(const Tables& tables, const ListenColumns& listens,
                                              std::int64_t gap_seconds, std::int64_t now,
                                              const std::string& timezone);

}  // namespace engine
