// source.navidrome: navidrome.db, the database of a Navidrome server.
//
// Records   every row of media_file, scrobbles, annotation, playlist and playlist_tracks
// media_file   -> tracks: names, album, MusicBrainz recording, ISRC, length, year, genre, BPM
// scrobbles    (Navidrome 0.59 and later) -> listens, with the time they were sent for
// annotation   stars -> likes, saved_albums, saved_artists; one to five stars -> ratings, also of
//           albums and artists. The last play of a track is a listen where no scrobble tells it;
//           the plays before have no time, and the import says how many they are
// playlist     -> playlists, but for the rules of smart ones
// Person    of several people on the server the one who is called as the import's
// Time      UTC
// Personal  names of accounts only, to choose among them; no addresses, no passwords
// Buckets   other (counts alone, smart playlists, somebody else's rows), unnamed (of a file that is
//           gone), empty, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "../dates.hpp"
#include "../ids.hpp"
#include "../json_parts.hpp"
#include "../library_rows.hpp"
#include "../play_rows.hpp"
#include "../recognise.hpp"
#include "database.hpp"
#include "elements.hpp"
#include "people.hpp"

namespace source {
namespace {

constexpr std::array<std::string_view, 2> kTagNames = {"isrc", "genre"};
constexpr std::array<std::string_view, 1> kValueName = {"value"};
constexpr std::int64_t kSameTime = 120;  // seconds by which two clocks may differ

enum TrackColumn {
  kTitle = 1,
  kArtist,
  kCredit,
  kAlbum,
  kIsrc,
  kMbid,
  kDuration,
  kYear,
  kTempo,
  kTags
};

class Navidrome final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return is_database(input.head()) ? kLikely : kNo;
  }

  void read(playlist::SourceCall& call) {
    const Database database(call.input().bytes());
    for (const char* table : {"media_file", "annotation", "user", "playlist"}) {
      if (!database.has_table(table)) throw playlist::Unsupported("no tables of Navidrome");
    }
    database.require("media_file", {"id", "title", "artist", "album", "duration", "year", "genre"});
    database.require("annotation", {"user_id", "item_id", "item_type", "play_count", "play_date",
                                    "rating", "starred", "starred_at"});
    database.require("user", {"id", "user_name"});
    database.require("playlist", {"id", "name", "comment", "updated_at"});
    database.require("playlist_tracks", {"id", "playlist_id", "media_file_id"});
    call_ = &call;
    database_ = &database;
    choose_account();
    plays_.emplace(call);
    library_.emplace(call);
    has_scrobbles_ = database.has_table("scrobbles");
    scrobbled_ = database.has_column("scrobbles", "media_file_id") ? "media_file_id" : "file_id";
    Database::read_rows(call, [this] {
      read_tracks();
      read_scrobbles();
      read_annotations();
      read_playlists();
    });
    if (untimed_ > 0) {
      call.notice(playlist::concat(untimed_,
                                   " plays are only counted there, without a time, and "
                                   "are no listens"));
    }
    call.finish();
  }

 private:
  void choose_account() {
    std::vector<std::pair<std::string, std::string>> people;
    const std::string scrobblers =
        database_->has_table("scrobbles") ? " UNION SELECT user_id FROM scrobbles" : "";
    const std::string owner =
        database_->has_column("playlist", "owner_id") ? " UNION SELECT owner_id FROM playlist" : "";
    Query users = database_->query(
        "SELECT id, user_name FROM user WHERE id IN (SELECT user_id FROM annotation" + scrobblers +
        owner + ") ORDER BY user_name, id");
    while (users.next()) people.emplace_back(users.text(0), users.text(1));
    if (!people.empty()) account_ = choose_person(*call_, people).first;
  }

  // ---- what is there ----

  [[nodiscard]] std::string names() const {
    return "f.title, f.artist, f.album, " + mbid_column() + ", f.duration, " + tags_column();
  }
  [[nodiscard]] std::string mbid_column() const {
    for (const char* name : {"mbz_recording_id", "mbz_track_id"}) {
      if (database_->has_column("media_file", name)) return std::string("f.") + name;
    }
    return "''";
  }
  [[nodiscard]] std::string tags_column() const {
    return database_->has_column("media_file", "tags") ? "f.tags" : "NULL";
  }

  /// From the columns that names() lists, `first` on.
  void take_names(const Query& row, int first) {
    track_ = {};
    track_.title = row.text(first);
    track_.artist = row.text(first + 1);
    if (track_.artist == "[Unknown Artist]") track_.artist.clear();
    track_.is_credit = true;  // "A feat. B"
    track_.album = row.text(first + 2);
    if (track_.album == "[Unknown Album]") track_.album.clear();
    track_.mbid = mbid(row.text(first + 3));
    const auto seconds = row.number(first + 4);
    duration_ms_ = seconds && *seconds > 0 ? std::optional(*seconds * 1000) : std::nullopt;
    take_tags(row.text(first + 5));
  }

  /// {"isrc": [{"id": ..., "value": ...}], "genre": ...}
  void take_tags(std::string_view json) {
    genres_.clear();
    const PaddedText text(json);
    JsonReader reader(text.view());
    JsonFields fields(kTagNames), value_field(kValueName);
    std::array<JsonValue, kTagNames.size()> lists;
    if (json.empty() || reader.peek() != '{' || !fields.read(reader, lists.data())) return;
    const auto each = [&](const JsonValue& list, auto take) {
      for_each_item(list, [&](JsonReader& item) {
        JsonValue value;
        const bool is_read =
            item.peek() == '{' ? value_field.read(item, &value) : item.value(value);
        if (is_read) take(value.text(buffer_));
        return is_read;
      });
    };
    each(lists[0], [this](std::string_view code) {
      if (track_.isrc.empty()) track_.isrc = isrc(code);
    });
    each(lists[1], [this](std::string_view genre) { add_name(genres_, genre); });
  }

  void read_tracks() {
    playlist::Rows& tracks = call_->rows("tracks", {{"title", PLAYLIST_STRING},
                                                    {"artist", PLAYLIST_STRING},
                                                    {"artist_credit", PLAYLIST_STRING},
                                                    {"album", PLAYLIST_STRING},
                                                    {"isrc", PLAYLIST_STRING},
                                                    {"mbid", PLAYLIST_STRING},
                                                    {"duration_ms", PLAYLIST_I32},
                                                    {"year", PLAYLIST_I32},
                                                    {"tempo", PLAYLIST_F32},
                                                    {"tags", PLAYLIST_STRING}});
    Query rows = database_->query("SELECT " + names() + ", f.year, f.genre, " +
                                  (database_->has_column("media_file", "bpm") ? "f.bpm" : "NULL") +
                                  " FROM media_file f ORDER BY f.id");
    for (; rows.next(); step()) {
      take_names(rows, 0);
      if (!track_.has_identity()) {
        call_->bucket("empty", "no title or no artist");
        continue;
      }
      tracks.row();
      tracks.set_text(kTitle, track_.title);
      tracks.set_text(kCredit, track_.artist);
      tracks.set_text(kAlbum, track_.album);
      tracks.set_text(kIsrc, track_.isrc);
      tracks.set_text(kMbid, track_.mbid);
      if (duration_ms_ && *duration_ms_ <= 24.0 * 3600 * 1000) {
        tracks.set_i32(kDuration, static_cast<std::int32_t>(*duration_ms_));
      }
      if (const auto year = read_year(rows.text(6))) tracks.set_i32(kYear, *year);
      if (genres_.empty()) add_name(genres_, rows.text(7));
      tracks.set_text(kTags, genres_);
      const auto bpm = rows.number(8);
      if (bpm && *bpm >= 1 && *bpm <= 500) tracks.set_f32(kTempo, static_cast<float>(*bpm));
    }
  }

  // ---- what was played ----

  void read_scrobbles() {
    if (!has_scrobbles_) return;
    Query rows = database_->query("SELECT s.user_id, s.submission_time, f.id IS NULL, " + names() +
                                  " FROM scrobbles s LEFT JOIN media_file f ON f.id = s." +
                                  scrobbled_ + " ORDER BY s.submission_time, s.rowid");
    for (; rows.next(); step()) {
      if (rows.text(0) != account_) {
        call_->bucket("other", "somebody else's");
      } else if (rows.integer(2) != 0) {
        call_->bucket("unnamed", "of a file that is gone");
      } else {
        take_names(rows, 3);
        put_play(rows.integer(1), kStampStart);
      }
    }
  }

  void put_play(std::int64_t ts, std::uint8_t stamp) {
    Play play;
    play.ts = ts;
    play.stamp = stamp;
    play.title = track_.title;
    play.credit = track_.artist;
    play.album = track_.album;
    play.isrc = track_.isrc;
    play.mbid = track_.mbid;
    play.duration_ms = duration_ms_;
    plays_->put(play);
  }

  // ---- what is said of it ----

  void read_annotations() {
    const std::string told =
        has_scrobbles_
            ? " LEFT JOIN (SELECT " + scrobbled_ +
                  " AS id, max(submission_time) AS last, count(*) AS count FROM scrobbles WHERE "
                  "user_id = ?1 GROUP BY 1) t ON t.id = a.item_id"
            : " LEFT JOIN (SELECT NULL AS id, NULL AS last, 0 AS count) t ON 0";
    const bool has_dates = database_->has_column("annotation", "rated_at");
    Query rows = database_->query(
        "SELECT a.user_id, a.item_type, a.play_count, a.play_date, a.rating, a.starred, "
        "a.starred_at, " +
        std::string(has_dates ? "a.rated_at" : "NULL") + ", t.last, " + names() + ", l.name, " +
        album_artist() +
        ", p.name, t.count FROM annotation a LEFT JOIN media_file f ON f.id = a.item_id AND "
        "a.item_type = "
        "'media_file' LEFT JOIN album l ON l.id = a.item_id AND a.item_type = 'album' LEFT JOIN "
        "artist p ON p.id = a.item_id AND a.item_type = 'artist'" +
        told + " ORDER BY a.item_type, a.item_id, a.user_id");
    if (has_scrobbles_) rows.bind(1, account_);
    for (; rows.next(); step()) {
      if (rows.text(0) != account_) {
        call_->bucket("other", "somebody else's");
      } else {
        take_annotation(rows);
      }
    }
  }

  [[nodiscard]] std::string album_artist() const {
    return database_->has_column("album", "album_artist") ? "l.album_artist" : "l.artist";
  }

  void take_annotation(const Query& row) {
    const std::string type(row.text(1));
    const auto starred_at = time(row, 6), rated_at = time(row, 7);
    const bool is_starred = row.integer(5) != 0;
    const double stars = row.number(4).value_or(0);
    if (type == "album" || type == "artist") {
      const std::string album(row.text(15));
      const std::string artist(row.text(type == "album" ? 16 : 17));
      if (!is_starred && stars <= 0) return call_->bucket("other", "how often it was played");
      if (type == "album" ? album.empty() || artist.empty() : artist.empty()) {
        return call_->bucket("unnamed", "of an album or an artist that is gone");
      }
      if (is_starred && type == "album") library_->save_album(album, artist, starred_at);
      if (is_starred && type == "artist") library_->save_artist(artist, starred_at);
      if (stars > 0 && type == "album") library_->rate_album(album, artist, stars, rated_at);
      if (stars > 0 && type == "artist") library_->rate_artist(artist, stars, rated_at);
      return;
    }
    if (type != "media_file") return call_->bucket("other", type);
    take_names(row, 9);
    if (track_.title.empty()) return call_->bucket("unnamed", "of a file that is gone");
    if (!track_.has_identity()) return call_->bucket("empty", "no title or no artist");
    const std::int64_t plays = row.integer(2);
    const auto last = time(row, 3);
    const bool is_told = last && row.integer(8) >= *last - kSameTime;
    const bool is_last_play = plays > 0 && last && !is_told && is_plausible(*last);
    untimed_ += std::max<std::int64_t>(0, plays - row.integer(18) - (is_last_play ? 1 : 0));
    if (!is_starred && stars <= 0 && !is_last_play) {
      return call_->bucket("other", "how often it was played");
    }
    if (is_starred) library_->like(track_, starred_at);
    if (stars > 0) library_->rate(track_, stars, rated_at);
    if (is_last_play) put_play(*last, kStampEither);
  }

  // ---- playlists ----

  void read_playlists() {
    const bool has_owner = database_->has_column("playlist", "owner_id");
    const std::string owner = has_owner ? "p.owner_id" : "''";
    const std::string rules = database_->has_column("playlist", "rules")
                                  ? "ifnull(p.rules, '') NOT IN ('', 'null')"
                                  : "0";
    std::set<std::string> skipped;
    Query lists = database_->query("SELECT p.id, p.name, p.comment, p.updated_at, " + owner + ", " +
                                   rules + " FROM playlist p ORDER BY p.name, p.id");
    for (; lists.next(); step()) {
      const bool is_own = !has_owner || lists.text(4) == account_;
      const bool is_smart = lists.integer(5) != 0;
      if (!is_own || is_smart || lists.text(1).empty()) {
        skipped.emplace(lists.text(0));
        call_->bucket("other", is_smart ? "the rules of a smart playlist"
                               : is_own ? "a playlist without a name"
                                        : "somebody else's");
        continue;
      }
      library_->begin(list_of(lists));
    }
    Query items = database_->query(
        "SELECT p.id, p.name, p.comment, p.updated_at, f.id IS NULL, " + names() +
        " FROM playlist_tracks t JOIN playlist p ON p.id = t.playlist_id LEFT JOIN media_file f ON "
        "f.id = t.media_file_id ORDER BY p.name, p.id, t.id");
    for (; items.next(); step()) {
      if (skipped.contains(std::string(items.text(0)))) {
        call_->bucket("other", "of a playlist that is not read");
      } else if (items.integer(4) != 0) {
        call_->bucket("unnamed", "of a file that is gone");
      } else {
        take_names(items, 5);
        library_->add(list_of(items), track_);
      }
    }
  }

  static LibraryRows::Playlist list_of(const Query& row) {
    LibraryRows::Playlist list;
    list.name = row.text(1);
    list.id = "navidrome:" + std::string(row.text(0));
    list.description = row.text(2);
    list.ts = time(row, 3);
    return list;
  }

  static std::optional<std::int64_t> time(const Query& row, int column) {
    if (const auto epoch = row.number(column)) return static_cast<std::int64_t>(*epoch);
    const auto found = read_time(row.text(column));
    return found ? std::optional(found->seconds) : std::nullopt;
  }

  void step() { call_->next(++rows_); }

  playlist::SourceCall* call_ = nullptr;
  const Database* database_ = nullptr;
  std::optional<PlayRows> plays_;
  std::optional<LibraryRows> library_;
  std::string account_, scrobbled_, genres_, buffer_;
  Track track_;
  std::optional<double> duration_ms_;
  std::int64_t untimed_ = 0;
  std::uint64_t rows_ = 0;
  bool has_scrobbles_ = false;
};

}  // namespace

constinit const playlist::Element kNavidrome = playlist::element<Navidrome>(
    "source.navidrome",
    "navidrome.db of a Navidrome server: plays with their times, stars, ratings, playlists.");

}  // namespace source
