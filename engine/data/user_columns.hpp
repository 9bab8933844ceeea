// Makes one user's column files from the store and the catalogue's columns.
//
// heard   "listens"   as in PLAYLIST_SERVICE_TABLES, by (ts, track id, ms_played)
//         "listen_contexts"  of each of these rows: shuffle u8, start_reason end_reason u8 (PlayReason),
//                     device (its name)
//         "totals"    per track number, over all listens: plays skips finished i32, skip_rate f32,
//                     first_played last_played i64; may be left out
//         "summary"   one row: last_end i64 (Unix seconds at which all listens have ended),
//                     longest i64 (seconds, of one listen), incognito i64 (listens left out),
//                     newest i64 (start of the last listen, also of one left out)
// sets    "likes"     track, ts, ended, by (ts, track): it was liked in [ts, ended); ts INT64_MIN
//                     undated, ended INT64_MAX still so. The times of one track do not overlap
//         "entries"   track, ts, ended: saved albums' tracks and tracks of the user's own playlists
//         "saved"     track, ts, ended: saved albums' tracks only
//         "playlist_tracks" playlist (its name), track, ts, ended: what is or was in the user's
//                     playlists, by name and place
//         "saved_artists"  artist, ts, ended: saved as such
//         and the user's tables that have an SQL in declared_tables.cpp, by their names
// words   "banned_tracks"  track, ts, ended
//         "banned_artists" artist, ts, ended
//         "said_likes", "said_saved_artists"  as above, of each track (artist) of which the person
//         said anything to the engine: all its times, in place of those in `sets`
//         "feedback_spans" what they said, as feedback_columns.hpp has it
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "data/column_cache.hpp"
#include "data/column_file.hpp"
#include "data/feedback_columns.hpp"
#include "data/listen_scan.hpp"
#include "data/numbering.hpp"
#include "store/store.hpp"

namespace engine {

/// A track that somebody likes, by the store's id; `ts` 0: nobody knows since when.
struct DatedLike {
  std::int64_t track_id = 0, ts = 0;
};

/// What the files of several users share is made once. Outlived by the store and the catalogue.
/// Threads: one at a time.
class UserBuilder {
 public:
  UserBuilder(const Store& store, const ColumnFile& catalogue, const PlayRule& rule);
  ~UserBuilder();

  using Write = std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)>;
  /// What the user heard, with "totals".
  [[nodiscard]] std::shared_ptr<const ColumnFile> build_listens(const ListenRows& listens,
                                                                const std::string& key,
                                                                const Write& write) const;
  /// The same of a user of whom `before` has all but the listens that began later than the newest
  /// one it knows, of the same catalogue or one that has added tracks behind the others.
  /// `before` itself where nothing came, unless `is_due` asks for a file with this key.
  [[nodiscard]] std::shared_ptr<const ColumnFile> extend_listens(
      const std::shared_ptr<const ColumnFile>& before, std::int64_t user_id, bool is_due,
      const std::string& key, const Write& write) const;
  /// What the user wants kept out, and said to the engine. In memory: it is few, and read at every
  /// start, so that a like or a ban makes no file anew.
  [[nodiscard]] std::shared_ptr<const ColumnFile> build_words(std::int64_t user_id) const;
  /// What the user has.
  [[nodiscard]] std::shared_ptr<const ColumnFile> build_sets(std::int64_t user_id,
                                                             const std::string& key,
                                                             const Write& write) const;
  /// All in one that is no file, without "totals": they have a row for every track of the
  /// catalogue, and the same numbers are counted when they are asked for.
  [[nodiscard]] std::shared_ptr<const ColumnFile> build_in_memory(std::int64_t user_id,
                                                                  const ListenRows& listens,
                                                                  const std::string& key) const;
  /// The same of somebody of whom the store has nothing: who listened to and likes these.
  /// Reads the store at the first call only.
  [[nodiscard]] std::shared_ptr<const ColumnFile> build_of_history(const ListenRows& listens,
                                                                   std::span<const DatedLike> likes,
                                                                   const std::string& key) const;
  /// Does the catalogue have a track of this id in the store?
  [[nodiscard]] bool has_track(std::int64_t track_id) const {
    return numbers().tracks.number(track_id) >= 0;
  }

 private:
  /// Of the store's ids. Made at first use: with all files there and without words nothing asks.
  struct Numbers {
    IdMap tracks, artists;
  };
  [[nodiscard]] const Numbers& numbers() const;
  [[nodiscard]] FeedbackColumns read_feedback(std::int64_t user_id) const;
  /// What somebody has of whom the store knows nothing.
  struct Nobodys;
  [[nodiscard]] const Nobodys& nobodys() const;

  const Store& store_;
  const ColumnFile& catalogue_;
  PlayRule rule_;
  mutable std::optional<Numbers> numbers_;
  mutable std::unique_ptr<const Nobodys> nobodys_;
};

}  // namespace engine
