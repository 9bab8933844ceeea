// What the watcher shows: the last good list with its changes, and what went wrong since.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recipe/playlist.hpp"
#include "watch/line_editor.hpp"
#include "watch/list_changes.hpp"
#include "watch/terminal.hpp"

namespace engine {

struct ShownTrack {
  TrackMove move;
  std::string title, artist, score;
  std::string shown = {};  // the values that were asked for, as a line
  PlaylistValues values = {};
};

struct ShownDeparture {
  std::int64_t track = 0;
  int before = 0;  // its place in the list before
  std::string title, artist;
  std::string why;  // "" until it is known
};

struct WatchView {
  std::string recipe, title, user, now;
  std::uint64_t random_seed = 0;
  int run = 0;        // counts results; 0: none yet
  std::string cause;  // "recipes/weekly.lua saved"
  double ms = 0;      // from the change to the result
  std::vector<ShownTrack> tracks;
  std::vector<ShownDeparture> left;
  std::vector<TraceEntry> stages;
  std::vector<std::string> notices, printed;
  std::string error;   // Error::text() of what happened since, "" when all is well
  std::string status;  // "running 1.2 s", "wrote weekly.m3u8", ""

  /// Takes a new list, and how it differs from the one shown so far.
  void take(const Playlist& playlist);
  [[nodiscard]] std::vector<std::int64_t> track_ids() const;
};

/// Lines for a pipe: "run 3 ..." first, then tracks, stages, notices, prints.
std::string plain_text(const WatchView& view);
/// Departures once their reasons are known, likewise.
std::string plain_departures(const WatchView& view);
/// One JSON object, on one line.
std::string json_line(const WatchView& view);
std::string json_departures(const WatchView& view);

/// What stands over the list: a prompt, or a text to read.
struct WatchOverlay {
  const LineEditor* prompt = nullptr;
  std::string text;  // instead of the list
  int scroll = 0;    // lines above the window; kept within the text
};

/// The whole screen as bytes for Terminal::show().
std::string screen_text(const WatchView& view, WatchOverlay& overlay, Terminal::Size size);

}  // namespace engine
