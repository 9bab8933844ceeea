// A playlist as people read it.
//
//   Weekly Mix for ann, 2026-11-21: 50 tracks, 3 h 18 min
//
//     1  3:20  Title of the track   Artist       discovered via rock; never played
//     2  4:02  ...
//
// One line per track: place, length, title, artist, why. On a terminal the columns are cut to its
// width, the reason last; where that leaves the reason too little room, it stands on a line of its
// own. Below the list: what found the tracks, what the limits passed over, and notices.
//
// kLog     is the line of the weekly mix's own log for every reason, `"Title" by Artist made it to
//          the playlist! [GENRE-BASED: discovered via rock]`, for who searches lines for it.
// Default  short on a terminal, log elsewhere, where it lands in a file; --explain and the setting
//          run.explain choose.
#pragma once

#include <string>

#include "app/caller.hpp"
#include "recipe/playlist.hpp"

namespace engine::verbs {

enum class ExplanationStyle { kShort, kLog };

struct RunScreen {
  ExplanationStyle style = ExplanationStyle::kShort;
  int columns = 0;  // of the terminal; 0: nothing is cut
  bool with_trace = false;
};

/// How the caller's screen wants it. `asked`: "short", "log", or "" for the setting.
RunScreen run_screen(const app::Caller& caller, const std::string& asked, bool with_trace);

std::string playlist_text(const Playlist& playlist, const RunScreen& screen);

}  // namespace engine::verbs
