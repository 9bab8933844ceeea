// Databases that other programs may be writing to: read from a copy, with their logs, nothing lost
// and nothing twice.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "import/database_copy.hpp"
#include "support/import_run.hpp"
#include "support/made_database.hpp"

using engine::Store;
using engine::import::BucketCounts;
using engine::import::DatabaseCopy;
using engine::import::ImportResult;
using test::import_options;
using test::write_file;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kYear = 1'735'689'600;  // 2025-01-01
constexpr int kDays = 365, kPlaysADay = 30, kTracks = 200;

std::string quoted(const std::string& text) {
  return "'" + text + "'";
}
std::string title(int track) {
  return "Song " + std::to_string(track);
}
/// When the play of that day began.
std::int64_t time_of(int day, int play) {
  return kYear + day * 86'400 + 7 * 3600 + play * 1500 + day % 7;
}

/// A server with a year of plays, every 20th track starred, every 10th rated.
std::string year_of_plays() {
  std::string sql =
      "CREATE TABLE \"user\" (id, user_name); CREATE TABLE media_file (id, title, album, artist, "
      "year, genre, duration, mbz_recording_id, tags); CREATE TABLE album (id, name, "
      "album_artist); "
      "CREATE TABLE artist (id, name); CREATE TABLE annotation (user_id, item_id, item_type, "
      "play_count, play_date, rating, starred, starred_at); CREATE TABLE scrobbles (media_file_id, "
      "user_id, submission_time); CREATE TABLE playlist (id, name, comment, owner_id, rules, "
      "updated_at); CREATE TABLE playlist_tracks (id, playlist_id, media_file_id); "
      "INSERT INTO \"user\" VALUES ('u', 'ann');";
  for (int track = 0; track < kTracks; ++track) {
    const std::string id = "'f" + std::to_string(track) + "'";
    const std::string artist = "Band " + std::to_string(track % 40);
    sql += "INSERT INTO media_file VALUES (" + id + "," + quoted(title(track)) + ",'An Album'," +
           quoted(artist) + ",2020,'Folk',200.5,'',NULL);";
    sql += "INSERT INTO annotation VALUES ('u'," + id + ",'media_file',0,NULL," +
           (track % 10 == 0 ? "4" : "0") + "," + (track % 20 == 0 ? "1" : "0") + ",NULL);";
  }
  for (int day = 0; day < kDays; ++day) {
    for (int play = 0; play < kPlaysADay; ++play) {
      sql += "INSERT INTO scrobbles VALUES ('f" + std::to_string((day * 7 + play * 13) % kTracks) +
             "','u'," + std::to_string(time_of(day, play)) + ");";
    }
  }
  return sql;
}

std::string year_of_beets() {
  std::string sql =
      "CREATE TABLE items (id INTEGER PRIMARY KEY, path BLOB, title, artist, albumartist, album, "
      "mb_trackid, length, year, genre); CREATE TABLE albums (id); CREATE TABLE item_attributes "
      "(id INTEGER PRIMARY KEY, entity_id INTEGER, key TEXT, value TEXT);";
  for (int track = 0; track < kTracks; ++track) {
    const std::string number = std::to_string(track + 1);
    sql += "INSERT INTO items VALUES (" + number + ",CAST('/m/" + number + ".flac' AS BLOB)," +
           quoted(title(track)) + ",'Band " + std::to_string(track % 40) +
           "','','An Album','',200.5,2020,'Folk');INSERT INTO item_attributes (entity_id, key, "
           "value) VALUES (" +
           number + ",'mood','calm');";
  }
  return sql;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A program that keeps the database open, with a log.
class Server {
 public:
  explicit Server(const std::string& path) {
    sqlite3_open(path.c_str(), &handle_);
    run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;");
  }
  ~Server() { sqlite3_close(handle_); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  void run(const std::string& sql) {
    REQUIRE(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }

 private:
  sqlite3* handle_ = nullptr;
};

std::int64_t count(const std::string& store, const std::string& sql) {
  return Store::open(store, {.is_read_only = true}).integer("SELECT count(*) FROM " + sql);
}

}  // namespace

TEST_CASE("a year of plays of a Navidrome and a beets library comes in whole, once",
          "[import][databases]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("store.db"),
                    navidrome = write_file(folder.file("navidrome.db"),
                                           test::make_database(year_of_plays())),
                    beets =
                        write_file(folder.file("library.db"), test::make_database(year_of_beets()));
  constexpr std::int64_t kPlays = std::int64_t{kDays} * kPlaysADay;
  const auto import = [&] {
    return import_paths(import_options(store, {beets, navidrome}, "ann"));
  };
  const ImportResult first = import();
  REQUIRE(first.files.size() == 2);
  CHECK(first.files[0].format == "beets");
  CHECK(first.files[0].rows == kTracks);
  CHECK(first.files[1].format == "navidrome");
  CHECK(first.files[1].rows == 2 * kTracks + kPlays);
  CHECK(test::sum(first.files[1].buckets) == first.files[1].rows);
  CHECK(count(store, "listens") == kPlays);
  CHECK(count(store, "(SELECT DISTINCT ts FROM listens)") == kPlays);
  CHECK(Store::open(store).integer("SELECT min(ts) FROM listens") == time_of(0, 0));
  CHECK(Store::open(store).integer("SELECT max(ts) FROM listens") ==
        time_of(kDays - 1, kPlaysADay - 1));
  CHECK(count(store, "tracks") == kTracks);
  CHECK(count(store, "holdings WHERE kind = 1") == kTracks / 20);
  CHECK(count(store, "feedback WHERE verdict = 'rate'") == kTracks / 10);

  const std::string before = test::dump(store);
  const ImportResult again = import();
  CHECK(again.files[1].buckets == BucketCounts{{"duplicate", 2 * kTracks + kPlays}});
  CHECK(test::dump(store) == before);

  // A month later: what is new comes in, what was there does not come again.
  {
    Server server(navidrome);
    server.run("INSERT INTO scrobbles VALUES ('f1', 'u', " + std::to_string(time_of(kDays, 0)) +
               "), ('f2', 'u', " + std::to_string(time_of(kDays, 1)) + ");");
    const std::string database = bytes_of(navidrome), log = bytes_of(navidrome + "-wal");
    REQUIRE(log.size() > 0);
    const ImportResult later = import();
    CHECK(later.files[1].buckets.at("new") == 2);
    CHECK(count(store, "listens") == kPlays + 2);
    // It was read from a copy: the server's files are as they were.
    CHECK(bytes_of(navidrome) == database);
    CHECK(bytes_of(navidrome + "-wal") == log);
    CHECK(import().files[1].buckets.size() == 1);  // known
    server.run("INSERT INTO scrobbles VALUES ('f3', 'u', " + std::to_string(time_of(kDays, 2)) +
               ");");
    CHECK(import().files[1].buckets.at("new") == 1);  // the log alone has changed
    CHECK(count(store, "listens") == kPlays + 3);
  }
}

TEST_CASE("the copy of a database is nobody else's, and is gone afterwards",
          "[import][databases]") {
  const TemporaryFolder folder;
  const std::string path = write_file(
      folder.file("x.db"), test::make_database("CREATE TABLE t (a); INSERT INTO t VALUES (1);"));
  CHECK(DatabaseCopy::make(path) == nullptr);  // nothing lies beside it
  CHECK(DatabaseCopy::make(write_file(folder.file("x.csv"), "a,b\n")) == nullptr);
  Server server(path);
  server.run("INSERT INTO t VALUES (2);");
  std::string copy;
  {
    const auto made = DatabaseCopy::make(path);
    REQUIRE(made != nullptr);
    copy = made->path();
    const auto permissions = fs::status(fs::path(copy).parent_path()).permissions();
    CHECK((permissions & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
    CHECK(bytes_of(copy)[18] == 1);  // it needs no log
    CHECK_FALSE(fs::exists(copy + "-wal"));
  }
  CHECK_FALSE(fs::exists(fs::path(copy).parent_path()));
}

TEST_CASE("of a server of several the one is taken who is called like the listener",
          "[import][databases]") {
  const TemporaryFolder folder;
  const std::string path =
      write_file(folder.file("navidrome.db"), test::make_database_of("databases/navidrome.sql"));
  const std::string store = folder.file("store.db");
  const ImportResult nobody = import_paths(import_options(store, {path}, "carol"));
  REQUIRE(nobody.files.size() == 1);
  CHECK_THAT(nobody.files[0].error, Catch::Contains("\"Ann\", \"Bob\""));
  CHECK(import_paths(import_options(store, {path}, "ann")).files[0].error == "");
  CHECK(import_paths(import_options(store, {path}, "bob")).files[0].error == "");
  CHECK(count(store, "listens JOIN users USING (user_id) WHERE name = 'ann'") == 4);
  CHECK(count(store, "listens JOIN users USING (user_id) WHERE name = 'bob'") == 1);
}
