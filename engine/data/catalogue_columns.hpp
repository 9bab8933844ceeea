// Makes the catalogue's column file from the store.
//
// tables    "tracks"   as in PLAYLIST_SERVICE_TABLES, and in_catalogue u8, known i64
//           "artists"  id, name, popularity, known, track_count (of the whole catalogue), and the
//                      nine imported mean features
//           "tags"     name, known, track_count (of the whole catalogue)
//           "newest_listens" user i64 (id), ts i64: the start of the last listen that it knows of
//           "coverage" own, artist_mean, none i64: one row per numeric feature
//           "artist_relations", "artist_users", "artist_playlists": known i64, one row per value of
//                      those lists
//           the catalogue's tables that have an SQL in declared_tables.cpp, by their names
//           "prompt_vectors:SPACE": text (its folded words), ts i64; by ts
// lists     track_artists artist_tracks track_tags tag_tracks artist_tags artist_relations
//           artist_users artist_playlists
// matrices  one per embedding space; one per table of prompt vectors, of its rows
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "data/column_file.hpp"
#include "data/listen_scan.hpp"
#include "store/store.hpp"

namespace engine {

/// Calls `write` with the filled writer while its data lives. `join_scan` is called when the
/// listens are needed; they are read by another thread meanwhile.
std::shared_ptr<const ColumnFile> build_catalogue(
    const Store& store, const std::string& key,
    const std::function<const std::vector<FirstHeard>&()>& join_scan,
    const std::function<void(const std::string&)>& verbose,
    const std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)>& write);

/// The same, of a store to which nothing was added since `before` was made but listens later than all
/// of their person's, and tracks and artists for them: numbers of before stay, what is new stands
/// behind. `before` itself where the listens told nothing new of the catalogue, unless `is_due` asks
/// for a file with this key; nullptr where it must be made from the start.
std::shared_ptr<const ColumnFile> extend_catalogue(
    const Store& store, const std::shared_ptr<const ColumnFile>& before, const std::string& key,
    bool is_due,
    const std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)>& write);

}  // namespace engine
