#include "import/library_writer.hpp"

#include <algorithm>
#include <climits>

namespace engine::import {
namespace {

constexpr int kBannedTrack = 1, kBannedArtist = 2;

/// Several playlists of one name in one file: "", "#2", "#3" behind the outside id.
std::string numbered(const std::string& outside_id, int copy) {
  return copy == 1 ? outside_id : outside_id + "#" + std::to_string(copy);
}

std::int64_t time_of(std::span<const std::int64_t> column, std::size_t row) {
  return column.empty() ? 0 : time_or_zero(column[row]);
}

}  // namespace

LibraryWriter::LibraryWriter(Store& store, NameBook& names, RowTracks& tracks)
    : store_(store),
      names_(names),
      tracks_(tracks),
      insert_like_(store.prepare("INSERT OR IGNORE INTO likes VALUES (?1, ?2, ?3)")),
      date_like_(
          store.prepare("UPDATE likes SET ts = ?3 WHERE user_id = ?1 AND track_id = ?2 AND ?3 > 0 "
                        "AND (ts = 0 OR ?3 < ts)")),
      date_like_again_(
          store.prepare("UPDATE likes SET ts = ?3 WHERE user_id = ?1 AND track_id = ?2 AND ?3 > 0 "
                        "AND ts <> ?3")),
      insert_album_(store.prepare("INSERT OR IGNORE INTO saved_albums VALUES (?1, ?2, ?3, ?4)")),
      insert_saved_artist_(
          store.prepare("INSERT OR IGNORE INTO saved_artists VALUES (?1, ?2, ?3)")),
      date_saved_artist_(store.prepare(
          "UPDATE saved_artists SET ts = ?3 WHERE user_id = ?1 AND artist_id = ?2 AND ?3 > 0 "
          "AND (ts = 0 OR ?3 < ts)")),
      insert_banned_(store.prepare("INSERT OR IGNORE INTO banned VALUES (?1, ?2, ?3, 0)")),
      find_playlist_(store.prepare("SELECT playlist_id, ts, ifnull(ingestion_id, 0) FROM playlists "
                                   "WHERE user_id IS ?1 AND name = ?2 AND external_id = ?3")),
      insert_playlist_(store.prepare(
          "INSERT INTO playlists (user_id, name, external_id, description, ts, ingestion_id) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")),
      refill_playlist_(store.prepare("UPDATE playlists SET description = ifnull(?2, description), "
                                     "ts = max(ts, ?3), ingestion_id = ?4 WHERE playlist_id = ?1")),
      clear_playlist_(store.prepare("DELETE FROM playlist_tracks WHERE playlist_id = ?1")),
      find_begun_(store.prepare(
          "SELECT playlist_id FROM playlists WHERE ingestion_id = ?1 AND name = ?2 "
          "AND (external_id = ?3 OR substr(external_id, 1, length(?3) + 1) = ?3 || '#') "
          "ORDER BY length(external_id) DESC, external_id DESC LIMIT 1")),
      insert_playlist_track_(
          store.prepare("INSERT OR IGNORE INTO playlist_tracks VALUES (?1, ?2, ?3, ?4)")),
      insert_plays_(
          store.prepare("INSERT INTO artist_plays VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE "
                        "SET plays = excluded.plays WHERE excluded.plays > plays")),
      insert_user_relation_(store.prepare("INSERT OR IGNORE INTO user_relations VALUES (?1, ?2)")) {
}

void LibraryWriter::start_file() {
  begun_.clear();
}

/// A like or a saved artist: the earliest time that any export tells, or by date_like_again_ the
/// one that a file tells which was read wrongly before.
Outcome LibraryWriter::put_dated(Statement& insert, Statement& date, std::int64_t user,
                                 std::int64_t thing, std::int64_t ts) {
  if (insert.run(user, thing, ts) > 0) return Outcome::kNew;
  return date.run(user, thing, ts) > 0 ? Outcome::kUpdated : Outcome::kDuplicate;
}

void LibraryWriter::write_likes(const TableView& table, const FileContext& file,
                                RecordBuckets& records) {
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const auto tracks = tracks_.match(table, /*is_catalogue=*/false);
  for (std::size_t row = 0; row < table.rows; ++row) {
    Statement& date = file.is_read_again ? date_like_again_ : date_like_;
    records.note(record[row], tracks[row] == 0 ? Outcome::kUnmatched
                                               : put_dated(insert_like_, date, user, tracks[row],
                                                           time_of(ts, row)));
  }
}

void LibraryWriter::write_saved_albums(const TableView& table, const FileContext& file,
                                       RecordBuckets& records) {
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const TextView album = table.texts("album"), artist = table.texts("artist");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t by = names_.artist(artist[row]);
    const bool is_usable = by != 0 && album.has(row);
    records.note(record[row], !is_usable ? Outcome::kUnmatched
                              : insert_album_.run(user, by, album[row], time_of(ts, row)) > 0
                                  ? Outcome::kNew
                                  : Outcome::kDuplicate);
  }
}

void LibraryWriter::write_saved_artists(const TableView& table, const FileContext& file,
                                        RecordBuckets& records) {
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const TextView artist = table.texts("artist");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t id = names_.artist(artist[row]);
    records.note(record[row], id == 0 ? Outcome::kUnmatched
                                      : put_dated(insert_saved_artist_, date_saved_artist_, user,
                                                  id, time_of(ts, row)));
  }
}

void LibraryWriter::write_banned(const TableView& table, const FileContext& file,
                                 RecordBuckets& records) {
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const TextView title = table.texts("title"), artist = table.texts("artist"),
                 spotify_id = table.texts("spotify_id");
  const auto tracks = tracks_.match(table, /*is_catalogue=*/false);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const bool is_track = title.has(row) || spotify_id.has(row);
    const std::int64_t id = is_track ? tracks[row] : names_.artist(artist[row]);
    if (id == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const int kind = is_track ? kBannedTrack : kBannedArtist;
    records.note(record[row],
                 insert_banned_.run(user, kind, id) > 0 ? Outcome::kNew : Outcome::kDuplicate);
  }
}

LibraryWriter::PlaylistRow LibraryWriter::find_playlist(User user, std::string_view name,
                                                        const std::string& outside_id) {
  PlaylistRow found;
  find_playlist_.start(user, name, outside_id);
  while (find_playlist_.step()) {
    found = {find_playlist_.integer(0), find_playlist_.integer(1), find_playlist_.integer(2)};
  }
  return found;
}

std::int64_t LibraryWriter::begin_playlist(User user, std::string_view name,
                                           const std::string& outside_id,
                                           std::optional<std::string_view> description,
                                           std::int64_t ts, std::int64_t ingestion,
                                           Outcome& outcome) {
  for (int copy = 1;; ++copy) {
    const std::string id = numbered(outside_id, copy);
    const PlaylistRow known = find_playlist(user, name, id);
    if (known.id == 0) {
      insert_playlist_.run(user, name, id, description, ts, ingestion);
      outcome = Outcome::kNew;
      return sqlite3_last_insert_rowid(store_.handle());
    }
    if (known.ingestion == ingestion) continue;  // another one of that name in this file
    if (ts != 0 && ts < known.ts) {
      outcome = Outcome::kDuplicate;
      return 0;
    }
    clear_playlist_.run(known.id);
    refill_playlist_.run(known.id, description, ts, ingestion);
    outcome = Outcome::kUpdated;
    return known.id;
  }
}

void LibraryWriter::write_playlists(const TableView& table, const FileContext& file,
                                    RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const TextView name = table.texts("playlist"), outside_id = table.texts("playlist_id"),
                 description = table.texts("description"), owner = table.texts("owner");
  for (std::size_t row = 0; row < table.rows; ++row) {
    User user;
    if (!owner.has(row)) {
      user = file.user_id();
    } else if (!owner[row].empty()) {
      user = names_.user(owner[row], file.now);
    }
    const std::string id(outside_id[row]);
    const auto about = description.has(row) ? std::optional(description[row]) : std::nullopt;
    Outcome outcome = Outcome::kNone;
    begun_[{std::string(name[row]), id}][record[row]] =
        begin_playlist(user, name[row], id, about, time_of(ts, row), file.ingestion_id, outcome);
    records.note(record[row], outcome);
  }
}

std::int64_t LibraryWriter::current_playlist(const std::string& name, const std::string& outside_id,
                                             std::int64_t record, const FileContext& file) {
  std::map<std::int64_t, std::int64_t>& begun = begun_[{name, outside_id}];
  const auto after = begun.upper_bound(record);
  if (after != begun.begin()) return std::prev(after)->second;
  // Begun before an interruption of this import.
  return begun[INT64_MIN] =
             find_begun_.find_integer(file.ingestion_id, name, outside_id).value_or(0);
}

void LibraryWriter::write_playlist_tracks(const TableView& table, const FileContext& file,
                                          RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const auto position = table.numbers<std::int32_t>("position");
  const TextView name = table.texts("playlist"), outside_id = table.texts("playlist_id");
  const auto tracks = tracks_.match(table, !file.is_personal);
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (tracks[row] == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const std::int64_t playlist =
        current_playlist(std::string(name[row]), std::string(outside_id[row]), record[row], file);
    const std::int64_t place =
        position.empty() || position[row] == INT_MIN ? record[row] : position[row];
    const bool is_new = playlist != 0 && insert_playlist_track_.run(playlist, place, tracks[row],
                                                                    time_of(ts, row)) > 0;
    records.note(record[row], is_new ? Outcome::kNew : Outcome::kDuplicate);
  }
}

void LibraryWriter::write_artist_plays(const TableView& table, const FileContext& file,
                                       RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto plays = table.numbers<std::int32_t>("plays");
  const TextView user = table.texts("user"), artist = table.texts("artist"),
                 artist_id = table.texts("artist_id");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::int64_t by = names_.artist(artist[row], artist_id[row]);
    if (by == 0 || user[row].empty()) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const std::int64_t who = names_.user(user[row], file.now);
    const std::int32_t count = plays.empty() || plays[row] == INT_MIN ? 1 : plays[row];
    records.note(record[row],
                 insert_plays_.run(who, by, count) > 0 ? Outcome::kNew : Outcome::kDuplicate);
  }
}

void LibraryWriter::write_user_relations(const TableView& table, const FileContext& file,
                                         RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const TextView user = table.texts("user"), related = table.texts("related");
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (user[row].empty() || related[row].empty()) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const std::int64_t from = names_.user(user[row], file.now);
    const std::int64_t to = names_.user(related[row], file.now);
    records.note(record[row],
                 insert_user_relation_.run(from, to) > 0 ? Outcome::kNew : Outcome::kDuplicate);
  }
}

}  // namespace engine::import
