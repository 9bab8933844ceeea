// Makes one user's column file from the store and the catalogue's columns.
//
// tables  "listens"   as in PLAYLIST_SERVICE_TABLES, by (ts, track id, ms_played)
//         "likes"     track, ts, by (ts, track); ts INT64_MIN undated
//         "entries"   track, ts: saved albums' tracks and tracks of the user's own playlists
//         "saved"     track, ts: saved albums' tracks only
//         "saved_artists"  artist, ts: saved as such
//         "totals"    per track number, over all listens: plays skips finished i32, skip_rate f32,
//                     first_played last_played i64
//         "summary"   one row: last_end i64 (Unix seconds at which all listens have ended),
//                     longest i64 (seconds, of one listen), incognito i64 (listens left out)
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "data/column_cache.hpp"
#include "data/column_file.hpp"
#include "data/listen_scan.hpp"
#include "store/store.hpp"

namespace engine {

std::shared_ptr<const ColumnFile> build_user(
    const Store& store, std::int64_t user_id, const ColumnFile& catalogue, const PlayRule& rule,
    const ListenRows& listens, const std::string& key,
    const std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)>& write);

}  // namespace engine
