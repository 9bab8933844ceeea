// Writes what a person has: "likes", "saved_albums", "saved_artists", "banned", "ratings",
// "playlists", "playlist_tracks"; and what data sets tell about people: "artist_plays",
// "user_relations".
//
// Likes, saved albums and artists, and bans are holdings (store/holdings.hpp) by the word of the
// service whose list they are. Of two dated words about one track, loved and hated, the later
// holds.
//
// A rating is a row of the log of feedback (store/feedback.hpp) whose origin is the format that told
// it. The last rating of a subject by one origin stands: told again it is a duplicate, another one
// is added behind it, dated by the file, or by the import where the file gives no date.
//
// A playlist is known by its owner, its name and its outside id. Two of the same name in one file
// are two playlists. One that another file brought before is replaced when the file has been read
// to its end, unless this file is the older one (by `ts`): then its tracks are duplicates.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "import/file_context.hpp"
#include "import/name_book.hpp"
#include "import/named_files.hpp"
#include "import/record_buckets.hpp"
#include "import/row_tracks.hpp"
#include "store/feedback.hpp"
#include "store/holdings.hpp"
#include "store/store.hpp"

namespace engine::import {

class LibraryWriter {
 public:
  LibraryWriter(Store& store, NameBook& names, RowTracks& tracks);

  void write_likes(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_saved_albums(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_saved_artists(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_banned(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_ratings(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_playlists(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_playlist_tracks(const TableView& table, const FileContext& file,
                             RecordBuckets& records);
  void write_artist_plays(const TableView& table, const FileContext& file, RecordBuckets& records);
  void write_user_relations(const TableView& table, const FileContext& file,
                            RecordBuckets& records);

  /// Another file begins.
  void start_file();
  /// All that the import told before it starts over is no longer told by it.
  void forget_ingestion(std::int64_t ingestion);
  /// The file was read to its end: playlists it told anew take the place of what they were.
  /// True when there were any.
  bool replace_playlists(const FileContext& file);
  /// What this file's whole list of that name does not list any more.
  std::vector<EndedHolding> end_unlisted(std::string_view list, const FileContext& file);
  /// The playlists that imports before told and the import's file of the same name does not, though
  /// it told all; `told` are the imports that hold now. Takes them out.
  struct MissingPlaylist {
    std::int64_t id = 0, user = 0;
    std::string name, teller;
    std::int64_t ingestion = 0;  // that told it last
  };
  std::vector<MissingPlaylist> end_missing_playlists(
      std::int64_t ingestion, const std::function<bool(std::int64_t)>& is_told, std::int64_t now);
  /// The playlists that this import alone told, taken out.
  std::vector<MissingPlaylist> end_playlists_of(std::int64_t ingestion, std::int64_t now);
  Holdings& holdings() { return holdings_; }
  /// It did not hold before this import, which told it.
  [[nodiscard]] bool has_begun(const Holding& holding) const;

 private:
  struct PlaylistRow {
    std::int64_t id = 0, ts = 0, ingestion = 0;
  };
  using User = std::optional<std::int64_t>;

  static std::string key_of(const Holding& holding);
  Outcome put_rating(FeedbackRow said, const FileContext& file);
  Outcome put(const Holding& holding, std::int64_t ts, const FileContext& file);
  Outcome put_opinion(const Holding& holding, HoldingKind opposite, std::int64_t ts,
                      const FileContext& file);
  void leave(std::int64_t playlist, const MissingPlaylist& whose, std::int64_t replacement,
             std::int64_t at);
  void take_out(const std::vector<MissingPlaylist>& playlists, std::int64_t now);
  PlaylistRow find_playlist(User user, std::string_view name, const std::string& outside_id);
  /// The playlist to fill: 0 when the store holds a newer state of it.
  std::int64_t begin_playlist(User user, std::string_view name, const std::string& outside_id,
                              std::optional<std::string_view> description, std::int64_t ts,
                              std::int64_t ingestion, Outcome& outcome);
  /// By the music files that the rows name; 0 where they name none of a known track.
  std::vector<std::int64_t> tracks_by_file(const TableView& table, const FileContext& file);
  /// Where the rows of "playlist_tracks" go; begun by this file, now or before it was interrupted.
  std::int64_t current_playlist(const std::string& name, const std::string& outside_id,
                                std::int64_t record, const FileContext& file);

  Store& store_;
  NameBook& names_;
  RowTracks& tracks_;
  NamedFiles named_files_;
  Holdings holdings_;
  FeedbackLog feedback_;
  std::unordered_set<std::string> new_holdings_;  // by key_of(), of this import
  Statement find_playlist_, find_replacement_, insert_playlist_, replacements_, refill_playlist_,
      clear_playlist_, move_tracks_, drop_playlist_, clear_replacements_, drop_replacements_,
      left_tracks_, supersede_, forget_playlists_, missing_, playlists_of_, find_begun_,
      insert_playlist_track_, insert_plays_, insert_user_relation_;
  /// By name and outside id: playlists begun by this file, by their record. Tracks belong to the
  /// last one before them.
  std::map<std::pair<std::string, std::string>, std::map<std::int64_t, std::int64_t>> begun_;
  std::set<std::int64_t> read_;  // imports whose state never held before this run
};

}  // namespace engine::import
