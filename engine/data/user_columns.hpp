// Makes one user's column file from the store and the catalogue's columns.
//
// tables  "listens"   as in PLAYLIST_SERVICE_TABLES, by (ts, track id, ms_played)
//         "likes"     track, ts, ended, by (ts, track): it was liked in [ts, ended); ts INT64_MIN
//                     undated, ended INT64_MAX still so. The times of one track do not overlap
//         "entries"   track, ts, ended: saved albums' tracks and tracks of the user's own playlists
//         "saved"     track, ts, ended: saved albums' tracks only
//         "saved_artists"  artist, ts, ended: saved as such
//         "banned_tracks"  track, ts, ended
//         "banned_artists" artist, ts, ended
//         the user's tables that have an SQL in declared_tables.cpp, by their names
//         "totals"    per track number, over all listens: plays skips finished i32, skip_rate f32,
//                     first_played last_played i64; may be left out
//         "summary"   one row: last_end i64 (Unix seconds at which all listens have ended),
//                     longest i64 (seconds, of one listen), incognito i64 (listens left out)
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "data/column_cache.hpp"
#include "data/column_file.hpp"
#include "data/listen_scan.hpp"
#include "data/numbering.hpp"
#include "store/store.hpp"

namespace engine {

/// What the files of several users share is made once. Outlived by the store and the catalogue.
/// Threads: one at a time.
class UserBuilder {
 public:
  UserBuilder(const Store& store, const ColumnFile& catalogue, const PlayRule& rule);

  /// Whether "totals" is in the file: it has a row for every track of the catalogue. Without it the
  /// same numbers are counted when they are asked for.
  enum Totals { kWithTotals, kWithoutTotals };
  using Write = std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)>;
  [[nodiscard]] std::shared_ptr<const ColumnFile> build(std::int64_t user_id,
                                                        const ListenRows& listens, Totals totals,
                                                        const std::string& key,
                                                        const Write& write) const;

 private:
  const Store& store_;
  const ColumnFile& catalogue_;
  PlayRule rule_;
  IdMap track_numbers_, artist_numbers_;
};

}  // namespace engine
