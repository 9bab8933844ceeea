// Writes what a person has: "likes", "saved_albums", "saved_artists", "banned", "playlists",
// "playlist_tracks"; and what data sets tell about people: "artist_plays", "user_relations".
//
// A playlist is known by its owner, its name and its outside id. Two of the same name in one file
// are two playlists. One that another file brought before is filled anew, unless this file is the
// older one (by `ts`): then its tracks are duplicates.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "import/file_context.hpp"
#include "import/name_book.hpp"
#include "import/record_buckets.hpp"
#include "import/row_tracks.hpp"
#include "store/store.hpp"

namespace engine::import {

class LibraryWriter {
 public:
  LibraryWriter(Store& store, NameBook& names, RowTracks& tracks);

  void write_likes(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_saved_albums(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_saved_artists(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_banned(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_playlists(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_playlist_tracks(const TableView& table, const FileContext& file,
                             RecordBuckets& records);
  void write_artist_plays(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_user_relations(const TableView& table, const FileContext& file,
                            RecordBuckets& records);

  /// Another file begins.
  void start_file();

 private:
  struct PlaylistRow {
    std::int64_t id = 0, ts = 0, ingestion = 0;
  };
  using User = std::optional<std::int64_t>;

  Outcome put_dated(Statement& insert, Statement& date, std::int64_t user, std::int64_t thing,
                    std::int64_t ts);
  PlaylistRow find_playlist(User user, std::string_view name, const std::string& outside_id);
  /// The playlist to fill: 0 when the store holds a newer state of it.
  std::int64_t begin_playlist(User user, std::string_view name, const std::string& outside_id,
                              std::optional<std::string_view> description, std::int64_t ts,
                              std::int64_t ingestion, Outcome& outcome);
  /// Where the rows of "playlist_tracks" go; begun by this file, now or before it was interrupted.
  std::int64_t current_playlist(const std::string& name, const std::string& outside_id,
                                std::int64_t record, const FileContext& file);

  Store& store_;
  NameBook& names_;
  RowTracks& tracks_;
  Statement insert_like_, date_like_, date_like_again_, insert_album_, insert_saved_artist_,
      date_saved_artist_, insert_banned_, find_playlist_, insert_playlist_, refill_playlist_,
      clear_playlist_, find_begun_, insert_playlist_track_, insert_plays_, insert_user_relation_;
  /// By name and outside id: playlists begun by this file, by their record. Tracks belong to the
  /// last one before them.
  std::map<std::pair<std::string, std::string>, std::map<std::int64_t, std::int64_t>> begun_;
};

}  // namespace engine::import
