#include "recipe_test/test_library.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>

#include <nlohmann/json.hpp>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/temporary_folder.hpp"
#include "core/text_key.hpp"
#include "data/people.hpp"
#include "demo/demo.hpp"
#include "store/features.hpp"
#include "store/holdings.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFirstFeature = 12;  // its place among a track's values

[[noreturn]] void fail(const std::string& what, const std::string& why = "",
                       const std::string& fix = "") {
  throw Error(Exit::kRecipe, what, {"", "", why, fix});
}

void refuse_unknown(const std::string& what, const Json& object,
                    const std::vector<std::string>& known) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string all;
    for (const std::string& k : known) all += (all.empty() ? "it has " : ", ") + k;
    const std::string near = nearest(name, known);
    fail(what + " has no \"" + name + "\"", all, near.empty() ? "" : "did you mean " + near + "?");
  }
}

// ---- synthetic
// -------------------------------------------------------------------------------------

/// Everybody bans this share of the tracks and of the artists, spread over all of them, so that a
/// recipe that lets banned tracks in is found out.
void ban_some(const std::string& path, double share) {
  if (share < 0 || share > 1) fail("the library of a test: banned is a share, 0 to 1");
  Store store = Store::open(path);
  Transaction transaction(store);
  Statement ban = store.prepare(
      "INSERT INTO holdings (user_id, kind, id, ts) SELECT user_id, ?1, thing, 0 FROM users JOIN "
      "(SELECT track_id AS thing FROM tracks WHERE ?1 = ?3 UNION ALL SELECT artist_id FROM artists "
      "WHERE ?1 <> ?3) WHERE CAST(thing * ?2 AS INTEGER) > CAST((thing - 1) * ?2 AS INTEGER)");
  const auto track = static_cast<std::int64_t>(HoldingKind::kBannedTrack);
  ban.run(track, share, track);
  ban.run(static_cast<std::int64_t>(HoldingKind::kBannedArtist), share, track);
  store.bump_data_version();
  transaction.commit();
}

void make_synthetic(const std::string& path, const Json& spec, std::int64_t now) {
  refuse_unknown(
      "the library of a test", spec,
      {"tracks", "artists", "genres", "listens", "users", "days", "banned", "random_seed"});
  for (const auto& [name, value] : spec.items()) {
    if (!value.is_number()) fail("the library of a test: " + name + " must be a number");
  }
  DemoOptions options;
  options.tracks = spec.value("tracks", 2'000);
  options.artists = spec.value("artists", std::max<std::int64_t>(1, options.tracks / 8));
  options.genres = spec.value("genres", 20);
  options.listens = spec.value("listens", 8'000);
  options.users = spec.value("users", 3);
  options.days = spec.value("days", 730);
  options.random_seed = spec.value("random_seed", 1);
  options.now = now;
  make_demo(path, options, [](const std::string&) {});
  ban_some(path, spec.value("banned", 0.05));
}

// ---- written down
// ----------------------------------------------------------------------------------

class WrittenLibrary {
 public:
  WrittenLibrary(Store& store, std::int64_t now) : store_(store), now_(now) {
    user_ = require_user(store_, "test", 0).id;
  }

  void write(const Json& spec) {
    refuse_unknown("the library of a test", spec,
                   {"tracks", "listens", "likes", "library", "playlists", "saved_artists", "banned",
                    "people"});
    store_
        .prepare(
            "INSERT INTO ingestions (ingestion_id, user_id, path, hash, format, started_at) "
            "VALUES (1, ?1, 'test', 'test', 'test', 0)")
        .run(user_);
    for (const Json& track : spec.at("tracks")) write_track(track);
    write_person(spec);
    write_people(spec);
  }

 private:
  /// people = { bob = { listens = ..., likes = ... } }: others than the listener.
  void write_people(const Json& spec) {
    const auto found = spec.find("people");
    if (found == spec.end() || found->empty()) return;
    if (!found->is_object())
      fail("the library of a test: people must be a table of what each has, by their names");
    for (const auto& [name, person] : found->items()) {
      refuse_unknown("a person of a test", person,
                     {"listens", "likes", "library", "playlists", "saved_artists", "banned"});
      user_ = require_user(store_, name, 0).id;
      write_person(person);
    }
  }

  /// What `user_` has and did.
  void write_person(const Json& spec) {
    for (const Json& row : list(spec, "listens")) write_listens(row);
    for (const Json& row : list(spec, "likes")) {
      refuse_unknown("a like", fields_of(row), {"1", "days_ago"});
      store_.prepare("INSERT OR IGNORE INTO likes (user_id, track_id, ts) VALUES (?1, ?2, ?3)")
          .run(user_, track_id(row), time_of(row));
    }
    write_playlist("own", list(spec, "library"));
    write_playlists(spec);
    for (const Json& name : list(spec, "saved_artists")) {
      store_
          .prepare(
              "INSERT OR IGNORE INTO saved_artists (user_id, artist_id, ts) "
              "VALUES (?1, ?2, 0)")
          .run(user_, artist_id(text(name, "saved_artists")));
    }
    for (const Json& name : list(spec, "banned")) write_banned(text(name, "banned"));
  }

  static Json list(const Json& spec, const std::string& name) {
    const auto found = spec.find(name);
    if (found == spec.end() || found->empty()) return Json::array();
    if (!found->is_array()) fail("the library of a test: " + name + " must be a list");
    return *found;
  }
  static std::string text(const Json& value, const std::string& what) {
    if (!value.is_string()) fail("the library of a test: " + what + " must hold names");
    return value.get<std::string>();
  }
  /// "A" and { "A", days_ago = 3 } alike.
  static Json fields_of(const Json& row) {
    if (row.is_object()) return row;
    Json fields = Json::object();
    fields["1"] = row.is_array() && !row.empty() ? row[0] : row;
    return fields;
  }

  void write_track(const Json& track) {
    std::vector<std::string> known = {"title",      "artist",   "album", "year",      "seconds",
                                      "popularity", "explicit", "tags",  "spotify_id"};
    std::string columns, places;
    int next = kFirstFeature;
    for (const auto& feature : kFeatureColumns) {
      known.emplace_back(feature.field);
      columns += std::string(", ") + feature.column;
      places += ", ?" + std::to_string(next++);
    }
    if (!track.is_object()) fail("the library of a test: a track is { title = ..., artist = ... }");
    refuse_unknown("a track of a test", track, known);
    const std::string title = text(track.value("title", Json()), "a track's title");
    const std::string artist = text(track.value("artist", Json()), "a track's artist");
    const std::int64_t artist_number = artist_id(artist), id = ++tracks_;
    const TextKey key = text_key(artist, title);
    const std::string track_key = key.track_key(), song_key = key.song_key();
    Texts texts;
    Statement insert = store_.prepare(
        "INSERT INTO tracks (track_id, title, artist_id, album, key, song_key, spotify_id, "
        "duration_ms, year, popularity, explicit, in_catalogue" +
        columns + ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1" + places + ")");
    insert.reset();
    insert.bind(1, id);
    insert.bind(2, title);
    insert.bind(3, artist_number);
    bind(insert, texts, 4, track, "album");
    insert.bind(5, track_key);
    insert.bind(6, song_key);
    bind(insert, texts, 7, track, "spotify_id");
    insert.bind(8, std::llround(1000 * track.value("seconds", 200.0)));
    bind(insert, texts, 9, track, "year");
    bind(insert, texts, 10, track, "popularity");
    bind(insert, texts, 11, track, "explicit");
    int place = kFirstFeature;
    for (const auto& feature : kFeatureColumns) bind(insert, texts, place++, track, feature.field);
    while (insert.step()) {
    }
    store_.prepare("INSERT INTO track_artists (track_id, position, artist_id) VALUES (?1, 0, ?2)")
        .run(id, artist_number);
    by_name_.emplace(title, id);
    by_name_.emplace(artist + " - " + title, id);
    lengths_[id] = std::llround(1000 * track.value("seconds", 200.0));
    for (const Json& tag : list(track, "tags")) {
      const std::string name = text(tag, "tags");
      store_.prepare("INSERT OR IGNORE INTO tags (name) VALUES (?1)").run(name);
      store_
          .prepare(
              "INSERT OR IGNORE INTO track_tags (track_id, tag_id) "
              "SELECT ?1, tag_id FROM tags WHERE name = ?2")
          .run(id, name);
    }
  }
  /// What a statement was bound to must outlive its run.
  using Texts = std::deque<std::string>;

  static void bind(Statement& statement, Texts& texts, int place, const Json& track,
                   const std::string& name) {
    const auto found = track.find(name);
    if (found == track.end()) {
      statement.bind(place, nullptr);
    } else if (found->is_string()) {
      statement.bind(place, texts.emplace_back(found->get<std::string>()));
    } else if (found->is_boolean() || found->is_number_integer()) {
      statement.bind(
          place, found->is_boolean() ? (found->get<bool>() ? 1 : 0) : found->get<std::int64_t>());
    } else if (found->is_number()) {
      statement.bind(place, found->get<double>());
    } else {
      fail("a track of a test: " + name + " must be a text or a number");
    }
  }

  void write_listens(const Json& row) {
    const Json fields = fields_of(row);
    refuse_unknown("a listen", fields, {"1", "days_ago", "times", "seconds"});
    const std::int64_t track = track_id(row);
    const auto times = fields.value("times", std::int64_t{1});
    const std::int64_t ms = fields.contains("seconds")
                                ? std::llround(1000 * fields.at("seconds").get<double>())
                                : lengths_.at(track);
    Statement insert = store_.prepare(
        "INSERT INTO listens (user_id, ts, track_id, ms_played, flags, ingestion_id) "
        "VALUES (?1, ?2, ?3, ?4, 0, 1)");
    // Several times: an hour apart, the last one at days_ago.
    for (std::int64_t k = 0; k < times; ++k)
      insert.run(user_, time_of(row) - k * 3600 - ms / 1000 - 1, track, ms);
  }

  /// playlists = { ["Road trip"] = { "A", { "B", days_ago = 3 } } }
  void write_playlists(const Json& spec) {
    const auto found = spec.find("playlists");
    if (found == spec.end() || found->empty()) return;
    if (!found->is_object())
      fail("the library of a test: playlists must be a table of lists, by the playlists' names");
    for (const auto& [name, tracks] : found->items()) write_playlist(name, list(*found, name));
  }

  void write_playlist(const std::string& name, const Json& tracks) {
    if (tracks.empty()) return;
    const std::int64_t playlist = ++playlists_;
    store_.prepare("INSERT INTO playlists (playlist_id, user_id, name) VALUES (?1, ?2, ?3)")
        .run(playlist, user_, name);
    std::int64_t position = 0;
    for (const Json& row : tracks) {
      refuse_unknown("a track of the library", fields_of(row), {"1", "days_ago"});
      store_
          .prepare(
              "INSERT INTO playlist_tracks (playlist_id, position, track_id, ts) "
              "VALUES (?1, ?2, ?3, ?4)")
          .run(playlist, position++, track_id(row), time_of(row));
    }
  }

  void write_banned(const std::string& name) {
    const auto track = by_name_.find(name);
    const auto artist = artists_.find(name);
    if (track == by_name_.end() && artist == artists_.end()) unknown(name);
    store_.prepare("INSERT OR IGNORE INTO banned (user_id, kind, id, ts) VALUES (?1, ?2, ?3, 0)")
        .run(user_, track != by_name_.end() ? 1 : 2,
             track != by_name_.end() ? track->second : artist->second);
  }

  std::int64_t artist_id(const std::string& name) {
    const auto [found, is_new] = artists_.emplace(name, artists_.size() + 1);
    if (is_new)
      store_.prepare("INSERT INTO artists (artist_id, name, key) VALUES (?1, ?2, ?3)")
          .run(found->second, name, artist_key(name));
    return found->second;
  }

  std::int64_t track_id(const Json& row) {
    const Json fields = fields_of(row);
    const std::string name = text(fields.value("1", Json()), "listens, likes and library");
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) unknown(name);
    return found->second;
  }

  [[noreturn]] void unknown(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& [known, id] : by_name_) names.push_back(known);
    const std::string near = nearest(name, names);
    fail("the library of a test has no track \"" + name + "\"", "",
         near.empty() ? "add it to tracks" : "did you mean " + near + "?");
  }

  /// A day ago when it is not said.
  [[nodiscard]] std::int64_t time_of(const Json& row) const {
    return now_ - static_cast<std::int64_t>(kDay * fields_of(row).value("days_ago", 1.0));
  }

  Store& store_;
  std::int64_t now_, user_ = 0, tracks_ = 0, playlists_ = 0;
  std::map<std::string, std::int64_t> by_name_, artists_;
  std::map<std::int64_t, std::int64_t> lengths_;
};

std::set<std::int64_t> banned_in(const Store& store, std::int64_t user) {
  std::set<std::int64_t> tracks;
  Statement select = store.prepare(
      "SELECT id FROM banned WHERE user_id = ?1 AND kind = 1 UNION SELECT t.track_id FROM banned b "
      "JOIN track_artists t ON t.artist_id = b.id WHERE b.user_id = ?1 AND b.kind = 2");
  for (select.start(user); select.step();) tracks.insert(select.integer(0));
  return tracks;
}

}  // namespace

TestLibrary test_library(const Json& spec, std::int64_t now, const std::string& user,
                         const PlayRule& rule, std::string_view recipe_text) {
  const TemporaryFolder folder;
  ColumnOptions options;
  options.store = folder.file("library.db");
  options.rule = rule;
  const auto tracks = spec.find("tracks");
  const bool is_written = tracks != spec.end() && !tracks->is_number();
  if (is_written) {
    Store store = Store::open(options.store);
    Transaction transaction(store);
    WrittenLibrary(store, now).write(spec);
    store.bump_data_version();
    transaction.commit();
  } else {
    make_synthetic(options.store, spec, now);
  }
  options.user = !user.empty() ? user : is_written ? "test" : "demo";
  const std::shared_ptr<const PreparedColumns> columns =
      with_people(prepare_columns(options), options, recipe_text, {});
  return {columns, banned_in(Store::open(options.store), columns->user_id)};
}

}  // namespace engine
