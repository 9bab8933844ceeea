// The result of a run: the list, what is told of each track, and what is told of the run.
//
// Its JSON form (playlist_json.hpp) is what `run --json` prints and what the store keeps as the
// run's record; outputs, why, compare, replay, batch and the watcher read the type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plan/kept_list.hpp"
#include "plan/trace.hpp"
#include "plugin/input_files.hpp"
#include "recipe/parameter_values.hpp"

namespace engine {

/// A value of a column: not known, a finite number, a text that is not empty.
using PlaylistValue = std::variant<std::monostate, double, std::string>;

using PlaylistValues = std::vector<std::pair<std::string, PlaylistValue>>;  // by column

/// One of what found a track, as parts of a sentence.
struct FoundBy {
  std::string channel;  // "item_cf", "likes", "playlist": the recall or set
  std::string seed;     // `"Title" by Artist`, an artist, a playlist, a person; "" not known
  std::optional<double> value;  // the score that it gave, where it gave one
  bool operator==(const FoundBy&) const = default;
};

struct PlaylistTrack {
  std::int64_t id = 0;                   // the store's
  std::string title, artist, album;      // of the artists the first; "" where not known
  std::int32_t duration_ms = 0;          // 0: not known
  std::string spotify_uri;               // "" without one
  std::optional<double> score;           // what the recipe ordered by last, where it did
  PlaylistValues columns;                // the recipe's, in its order
  PlaylistValues shown;                  // columns that the caller asked for
  std::vector<std::string> explanation;  // sentences for a log, one at least
  std::vector<std::string> reasons;      // the same in short, for a screen; may be none
  std::vector<FoundBy> found_by;         // the same in parts, for programs; none in old records
  std::int64_t plays = 0;                // by the user
  std::int64_t last_played = 0;          // Unix seconds; 0 without plays

  /// The text in a column; "" where there is none.
  [[nodiscard]] std::string text(const std::string& column) const;
  bool operator==(const PlaylistTrack&) const = default;
};

struct PlaylistStatistics {
  double minutes = 0;                          // in steps of 0.1
  std::int64_t generative = 0, fallbacks = 0;  // places that discoveries filled, and base tracks
  std::vector<std::pair<std::string, std::int64_t>> channels;  // tracks of each, as met first
  std::vector<BranchCount> branches;
  std::vector<std::pair<std::string, double>> feature_coverage;  // share of the heard tracks
};

/// Of which kept playlist a run is.
struct KeptOf {
  CurrentVersion before;
  std::optional<KeepChanges> changes;  // of a recipe that has a :keep, once there was a version
};

struct Playlist {
  std::optional<std::int64_t> run;  // its number, once it is recorded
  std::string recipe, title, user;
  std::int64_t now = 0;  // Unix seconds
  std::uint64_t random_seed = 0;
  ParameterValues parameters;
  std::string fallback;  // what the list is made of instead of what it is for; "" for most
  std::vector<PlaylistTrack> tracks;
  PlaylistStatistics statistics;
  std::vector<ReceiptEntry> receipt;
  std::optional<KeptOf> kept;
  std::vector<FileRead> files;  // that elements read beside the store
  std::vector<std::string> notices;
  std::vector<TraceEntry> trace;

  [[nodiscard]] std::vector<std::int64_t> track_ids() const;
};

}  // namespace engine
