#include "import/library_writer.hpp"

#include <algorithm>
#include <climits>

namespace engine::import {
namespace {

constexpr float kLowestRating = 1, kHighestRating = 5;

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
      named_files_(store),
      holdings_(store),
      feedback_(store),
      find_playlist_(
          store.prepare("SELECT playlist_id, ts, ifnull(ingestion_id, 0) FROM playlists WHERE "
                        "user_id IS ?1 AND name = ?2 AND external_id = ?3 AND replaces IS NULL")),
      find_replacement_(store.prepare(
          "SELECT playlist_id FROM playlists WHERE replaces = ?1 AND ingestion_id = ?2")),
      insert_playlist_(store.prepare(
          "INSERT INTO playlists (user_id, name, external_id, description, ts, ingestion_id, "
          "replaces) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
      replacements_(store.prepare(
          "SELECT n.playlist_id, n.ts, n.description, p.playlist_id, ifnull(p.user_id, 0), p.name, "
          "ifnull(p.ingestion_id, 0) FROM playlists n JOIN playlists p ON p.playlist_id = "
          "n.replaces WHERE n.ingestion_id = ?1")),
      refill_playlist_(store.prepare("UPDATE playlists SET description = ifnull(?2, description), "
                                     "ts = max(ts, ?3), ingestion_id = ?4 WHERE playlist_id = ?1")),
      clear_playlist_(store.prepare("DELETE FROM playlist_tracks WHERE playlist_id = ?1")),
      move_tracks_(
          store.prepare("UPDATE playlist_tracks SET playlist_id = ?2 WHERE playlist_id = ?1")),
      drop_playlist_(store.prepare("DELETE FROM playlists WHERE playlist_id = ?1")),
      clear_replacements_(store.prepare("DELETE FROM playlist_tracks WHERE playlist_id IN "
                                        "(SELECT playlist_id FROM playlists WHERE replaces = ?1)")),
      drop_replacements_(store.prepare("DELETE FROM playlists WHERE replaces = ?1")),
      left_tracks_(store.prepare(
          "SELECT track_id, CASE t.ts WHEN 0 THEN p.ts ELSE t.ts END FROM playlist_tracks t "
          "JOIN playlists p USING (playlist_id) WHERE playlist_id = ?1 AND track_id NOT IN "
          "(SELECT track_id FROM playlist_tracks WHERE playlist_id = ?2)")),
      supersede_(
          store.prepare("UPDATE ingestions SET is_superseded = 1 WHERE ingestion_id = ?1 AND "
                        "ingestion_id <> ?2 AND file_name <> ''")),
      forget_playlists_(
          store.prepare("UPDATE playlists SET ingestion_id = 0 WHERE ingestion_id = ?1")),
      missing_(store.prepare(
          "SELECT p.playlist_id, p.user_id, p.name, old.teller, p.ingestion_id FROM told_lists new "
          "JOIN ingestions n USING (ingestion_id) "
          "JOIN told_lists old ON old.list = new.list AND old.teller = new.teller "
          "JOIN ingestions o ON o.ingestion_id = old.ingestion_id AND o.user_id = n.user_id "
          "AND o.file_name = n.file_name JOIN playlists p ON p.ingestion_id = o.ingestion_id "
          "WHERE new.ingestion_id = ?1 AND new.list = 'playlists' AND p.user_id = n.user_id")),
      playlists_of_(store.prepare(
          "SELECT playlist_id, p.user_id, name, format FROM playlists p JOIN ingestions USING "
          "(ingestion_id) WHERE ingestion_id = ?1 AND p.user_id IS NOT NULL AND replaces IS NULL")),
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

std::string LibraryWriter::key_of(const Holding& holding) {
  std::string key = std::to_string(holding.user);
  for (const std::int64_t part : {static_cast<std::int64_t>(holding.kind), holding.id})
    key += '|' + std::to_string(part);
  return key + '|' + std::string(holding.teller) + '|' + std::string(holding.name);
}

bool LibraryWriter::has_begun(const Holding& holding) const {
  return new_holdings_.contains(key_of(holding));
}

Outcome LibraryWriter::put(const Holding& holding, std::int64_t ts, const FileContext& file) {
  switch (holdings_.hold(holding, ts, file.ingestion_id, file.now)) {
    case Holdings::Told::kNew:
      new_holdings_.insert(key_of(holding));
      return Outcome::kNew;
    case Holdings::Told::kDated:
      return Outcome::kUpdated;
    case Holdings::Told::kKnown:
      break;
  }
  const bool is_dated_anew = file.is_read_again && holdings_.date_anew(holding, ts);
  return is_dated_anew ? Outcome::kUpdated : Outcome::kDuplicate;
}

/// A service that dates its words has one opinion of a track: the later one.
Outcome LibraryWriter::put_opinion(const Holding& holding, HoldingKind opposite, std::int64_t ts,
                                   const FileContext& file) {
  Holding other = holding;
  other.kind = opposite;
  const auto since = ts == 0 ? std::nullopt : holdings_.since(other);
  if (since && ts < *since) {
    holdings_.keep(other, file.ingestion_id);
    return Outcome::kDuplicate;
  }
  if (since) holdings_.end(other, ts, holding.teller);
  const Outcome outcome = put(holding, ts, file);
  return since ? Outcome::kNew : outcome;
}

void LibraryWriter::write_likes(const TableView& table, const FileContext& file,
                                RecordBuckets& records) {
  const std::string& teller = file.teller_of("likes");
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const auto tracks = tracks_.match(table, /*is_catalogue=*/false);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const Holding like{user, HoldingKind::kLike, tracks[row], "", teller};
    records.note(record[row], tracks[row] == 0 ? Outcome::kUnmatched
                                               : put_opinion(like, HoldingKind::kBannedTrack,
                                                             time_of(ts, row), file));
  }
}

void LibraryWriter::write_saved_albums(const TableView& table, const FileContext& file,
                                       RecordBuckets& records) {
  const std::string& teller = file.teller_of("saved_albums");
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const TextView album = table.texts("album"), artist = table.texts("artist");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const Holding saved{user, HoldingKind::kSavedAlbum, names_.artist(artist[row]), album[row],
                        teller};
    const bool is_usable = saved.id != 0 && album.has(row);
    records.note(record[row], is_usable ? put(saved, time_of(ts, row), file) : Outcome::kUnmatched);
  }
}

void LibraryWriter::write_saved_artists(const TableView& table, const FileContext& file,
                                        RecordBuckets& records) {
  const std::string& teller = file.teller_of("saved_artists");
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const TextView artist = table.texts("artist");
  for (std::size_t row = 0; row < table.rows; ++row) {
    const Holding saved{user, HoldingKind::kSavedArtist, names_.artist(artist[row]), "", teller};
    records.note(record[row],
                 saved.id == 0 ? Outcome::kUnmatched : put(saved, time_of(ts, row), file));
  }
}

void LibraryWriter::write_banned(const TableView& table, const FileContext& file,
                                 RecordBuckets& records) {
  const std::string& teller = file.teller_of("banned");
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const TextView title = table.texts("title"), artist = table.texts("artist"),
                 spotify_id = table.texts("spotify_id"), mbid = table.texts("mbid");
  const auto tracks = tracks_.match(table, /*is_catalogue=*/false);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const bool is_track = title.has(row) || spotify_id.has(row) || mbid.has(row);
    const std::int64_t id = is_track ? tracks[row] : names_.artist(artist[row]);
    if (id == 0) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    const Holding track{user, HoldingKind::kBannedTrack, id, "", teller};
    const Holding by{user, HoldingKind::kBannedArtist, id, "", teller};
    const std::int64_t since = time_of(ts, row);
    records.note(record[row], is_track ? put_opinion(track, HoldingKind::kLike, since, file)
                                       : put(by, since, file));
  }
}

/// Of one subject, the last word of this origin.
Outcome LibraryWriter::put_rating(FeedbackRow said, const FileContext& file) {
  const FeedbackRow* last = nullptr;
  const std::vector<FeedbackRow> known = feedback_.lasting(said);
  for (const FeedbackRow& row : known) {
    const bool is_of_subject = row.origin == said.origin && row.name == said.name;
    if (is_of_subject && (last == nullptr || row.ts >= last->ts)) last = &row;
  }
  if (last != nullptr && (last->rating == said.rating || (said.ts != 0 && said.ts < last->ts))) {
    return Outcome::kDuplicate;
  }
  if (last != nullptr && said.ts == 0) said.ts = std::max(file.now, last->ts);
  feedback_.append(said);
  return last == nullptr ? Outcome::kNew : Outcome::kUpdated;
}

void LibraryWriter::write_ratings(const TableView& table, const FileContext& file,
                                  RecordBuckets& records) {
  const std::int64_t user = file.user_id();
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const auto rating = table.numbers<float>("rating");
  const TextView title = table.texts("title"), artist = table.texts("artist"),
                 album = table.texts("album"), spotify_id = table.texts("spotify_id"),
                 isrc = table.texts("isrc"), mbid = table.texts("mbid");
  const auto tracks = tracks_.match(table, /*is_catalogue=*/false);
  for (std::size_t row = 0; row < table.rows; ++row) {
    FeedbackRow said;
    said.user = user;
    said.ts = time_of(ts, row);
    said.verdict = Verdict::kRate;
    said.rating = rating[row];
    said.origin = file.format;
    const bool is_track = title.has(row) || spotify_id.has(row) || isrc.has(row) || mbid.has(row);
    const std::int64_t id = is_track ? tracks[row] : names_.artist(artist[row]);
    const bool is_rating = rating[row] >= kLowestRating && rating[row] <= kHighestRating;
    if (id == 0 || !is_rating) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    said.subject = is_track         ? FeedbackSubject::kTrack
                   : album.has(row) ? FeedbackSubject::kAlbum
                                    : FeedbackSubject::kArtist;
    (is_track ? said.track : said.artist) = id;
    if (said.subject == FeedbackSubject::kAlbum) said.name = album[row];
    records.note(record[row], put_rating(std::move(said), file));
  }
}

std::vector<EndedHolding> LibraryWriter::end_unlisted(std::string_view list,
                                                      const FileContext& file) {
  using Kinds = std::vector<HoldingKind>;
  const Kinds kinds = list == "likes"           ? Kinds{HoldingKind::kLike}
                      : list == "saved_albums"  ? Kinds{HoldingKind::kSavedAlbum}
                      : list == "saved_artists" ? Kinds{HoldingKind::kSavedArtist}
                      : list == "banned"
                          ? Kinds{HoldingKind::kBannedTrack, HoldingKind::kBannedArtist}
                          : Kinds{};
  std::vector<EndedHolding> ended;
  for (const HoldingKind kind : kinds) {
    for (EndedHolding& it : holdings_.end_unlisted(file.user_id(), kind, file.teller_of(list),
                                                   file.ingestion_id, file.now))
      ended.push_back(std::move(it));
  }
  return ended;
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
      insert_playlist_.run(user, name, id, description, ts, ingestion, nullptr);
      outcome = Outcome::kNew;
      return sqlite3_last_insert_rowid(store_.handle());
    }
    const bool is_of_this_file =
        known.ingestion == ingestion || find_replacement_.find_integer(known.id, ingestion);
    if (is_of_this_file) continue;  // another one of that name
    if (ts != 0 && ts < known.ts) {
      outcome = Outcome::kDuplicate;
      return 0;
    }
    // Nobody's until the file has been read to its end.
    insert_playlist_.run(nullptr, name, id, description, ts, ingestion, known.id);
    outcome = Outcome::kUpdated;
    return sqlite3_last_insert_rowid(store_.handle());
  }
}

void LibraryWriter::forget_ingestion(std::int64_t ingestion) {
  std::vector<std::int64_t> unfinished;
  for (replacements_.start(ingestion); replacements_.step();)
    unfinished.push_back(replacements_.integer(0));
  for (const std::int64_t id : unfinished) {
    clear_playlist_.run(id);
    drop_playlist_.run(id);
  }
  forget_playlists_.run(ingestion);
}

/// Tracks of the playlist that are not in its replacement (0: none) were in it until `at`.
void LibraryWriter::leave(std::int64_t playlist, const MissingPlaylist& whose,
                          std::int64_t replacement, std::int64_t at) {
  if (whose.user == 0 || read_.contains(whose.ingestion)) return;
  for (left_tracks_.start(playlist, replacement); left_tracks_.step();) {
    holdings_.leave_playlist({whose.user, HoldingKind::kPlaylistTrack, left_tracks_.integer(0),
                              whose.name, whose.teller},
                             left_tracks_.integer(1), at);
  }
}

bool LibraryWriter::replace_playlists(const FileContext& file) {
  struct Replacement {
    std::int64_t id, ts;
    std::optional<std::string> description;
    MissingPlaylist old;
  };
  std::vector<Replacement> found;
  for (replacements_.start(file.ingestion_id); replacements_.step();) {
    Replacement& it = found.emplace_back();
    it.id = replacements_.integer(0);
    it.ts = replacements_.integer(1);
    if (!replacements_.is_null(2)) it.description = std::string(replacements_.text(2));
    it.old = {replacements_.integer(3), replacements_.integer(4),
              std::string(replacements_.text(5)), file.teller_of("playlists"),
              replacements_.integer(6)};
  }
  for (const Replacement& it : found) {
    leave(it.old.id, it.old, it.id, it.ts > 0 ? it.ts : file.now);
    clear_playlist_.run(it.old.id);
    move_tracks_.run(it.id, it.old.id);
    refill_playlist_.run(it.old.id, it.description, it.ts, file.ingestion_id);
    clear_replacements_.run(it.old.id);
    drop_replacements_.run(it.old.id);
    supersede_.run(it.old.ingestion, file.ingestion_id);
  }
  read_.insert(file.ingestion_id);
  return !found.empty();
}

std::vector<LibraryWriter::MissingPlaylist> LibraryWriter::end_missing_playlists(
    std::int64_t ingestion, const std::function<bool(std::int64_t)>& is_told, std::int64_t now) {
  std::vector<MissingPlaylist> missing;
  for (missing_.start(ingestion); missing_.step();) {
    if (is_told(missing_.integer(4))) continue;
    missing.push_back({missing_.integer(0), missing_.integer(1), std::string(missing_.text(2)),
                       std::string(missing_.text(3)), missing_.integer(4)});
  }
  take_out(missing, now);
  return missing;
}

std::vector<LibraryWriter::MissingPlaylist> LibraryWriter::end_playlists_of(std::int64_t ingestion,
                                                                            std::int64_t now) {
  std::vector<MissingPlaylist> playlists;
  for (playlists_of_.start(ingestion); playlists_of_.step();) {
    playlists.push_back({playlists_of_.integer(0), playlists_of_.integer(1),
                         std::string(playlists_of_.text(2)), std::string(playlists_of_.text(3)),
                         ingestion});
  }
  take_out(playlists, now);
  return playlists;
}

void LibraryWriter::take_out(const std::vector<MissingPlaylist>& playlists, std::int64_t now) {
  for (const MissingPlaylist& it : playlists) {
    leave(it.id, it, 0, now);
    clear_playlist_.run(it.id);
    clear_replacements_.run(it.id);
    drop_replacements_.run(it.id);
    drop_playlist_.run(it.id);
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

std::vector<std::int64_t> LibraryWriter::tracks_by_file(const TableView& table,
                                                        const FileContext& file) {
  const TextView places = table.texts("file");
  std::vector<std::int64_t> tracks(table.rows, 0);
  for (std::size_t row = 0; row < table.rows; ++row)
    if (places.has(row)) tracks[row] = named_files_.track_at(places[row], file.folder);
  return tracks;
}

void LibraryWriter::write_playlist_tracks(const TableView& table, const FileContext& file,
                                          RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto ts = table.numbers<std::int64_t>("ts");
  const auto position = table.numbers<std::int32_t>("position");
  const TextView name = table.texts("playlist"), outside_id = table.texts("playlist_id");
  const std::vector<std::int64_t> named = tracks_by_file(table, file);
  const auto tracks = tracks_.match(table, !file.is_personal, named);
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
