// As of means as of: whatever happens later, the tables of an earlier time stay byte for byte the
// same.
#include <sstream>

#include <catch2/catch.hpp>

#include "demo/demo.hpp"
#include "store/store.hpp"
#include "support/small_store.hpp"
#include "support/temporary_folder.hpp"

namespace {

constexpr std::int64_t kNow = 1'700'000'000, kThen = kNow - 40 * 86'400;

std::string as_of(const std::string& store, const std::string& user, std::int64_t now) {
  engine::AsOfOptions options;
  options.store = store;
  options.user = user;
  options.now = now;
  options.cache = engine::column_cache_folder(store);
  return test::everything(*engine::load_as_of(options));
}

// "" when equal; else the first line that differs, both ways, and its table.
std::string difference(const std::string& before, const std::string& after) {
  std::istringstream a(before), b(after);
  std::string line_a, line_b, table;
  while (true) {
    const bool has_a = static_cast<bool>(std::getline(a, line_a));
    const bool has_b = static_cast<bool>(std::getline(b, line_b));
    if (!has_a && !has_b) return "";
    if (has_a != has_b || line_a != line_b)
      return table + "\n  before: " + line_a.substr(0, 300) +
             "\n  after:  " + line_b.substr(0, 300);
    if (line_a.starts_with("== ")) table = line_a;
  }
}

// All that an import of later data, and later runs, may bring. Ids are larger than any there.
constexpr const char* kLater = R"(
  INSERT INTO users (user_id, name) VALUES (1000, 'zoe');
  INSERT INTO artists (artist_id, name, key) VALUES (90001, 'Later Artist', 'later artist');
  INSERT INTO tags VALUES (90001, 'later tag');
  INSERT INTO tracks (track_id, title, artist_id, album, key, song_key, spotify_id, energy, valence,
                      tempo, duration_ms)
    SELECT 90000 + artist_id, 'Later ' || artist_id, artist_id, 'Later Album', 'k' || artist_id,
           'k' || artist_id, 'later' || artist_id, 0.9, 0.9, 190, 200000
    FROM artists WHERE artist_id < 20 OR artist_id = 90001;
  INSERT INTO track_artists SELECT track_id, 0, artist_id FROM tracks WHERE track_id > 90000;
  INSERT INTO track_tags (track_id, tag_id)
    SELECT track_id, 1 FROM tracks WHERE track_id > 90000
    UNION SELECT track_id, 90001 FROM tracks WHERE track_id > 90000;
  INSERT INTO embeddings SELECT 'taste', track_id, 2, x'0000803F00000040' FROM tracks
    WHERE track_id > 90000;
  INSERT INTO listens SELECT 1, 1700000000 + track_id, track_id, 200000, 0, 'SE', 9 FROM tracks
    WHERE track_id < 300 OR track_id > 90000;
  INSERT INTO listens SELECT 1, 1699999900, track_id, 300000, 0, 'AA', 9 FROM tracks
    WHERE track_id < 40;  -- began before now, ends after
  INSERT INTO listens SELECT 1000, 1700000000 + track_id, track_id, 200000, 0, 'NO', 9 FROM tracks
    WHERE track_id < 300;
  INSERT OR IGNORE INTO likes SELECT 1, track_id, 1700000000 + track_id FROM tracks
    WHERE track_id BETWEEN 1000 AND 1300 OR track_id > 90000;
  INSERT OR IGNORE INTO saved_artists SELECT 1, artist_id, 1700000100 FROM artists
    WHERE artist_id < 50;
  INSERT OR IGNORE INTO saved_albums SELECT DISTINCT 1, artist_id, album, 1700000100 FROM tracks
    WHERE track_id < 500;
  INSERT INTO playlists (playlist_id, user_id, name, ts) VALUES (90001, 1, 'later', 1700000200),
    (90002, NULL, 'later data set', 1700000200);
  INSERT INTO playlist_tracks SELECT 90001, track_id, track_id, 0 FROM tracks WHERE track_id < 100;
  INSERT INTO playlist_tracks SELECT 90002, track_id, track_id, 1700000300 FROM tracks
    WHERE track_id < 100;
  INSERT INTO playlist_tracks SELECT playlist_id, 5000, 90001, 1700000300 FROM playlists
    WHERE user_id = 1 AND playlist_id < 90000;
  INSERT INTO banned VALUES (1, 1, 90002, 1700000000), (1, 2, 90001, 1700000000);
  INSERT INTO runs VALUES (900, 1, 'weekly.lua', '', 1700000400, 7, '', '', '', '', '', '', '', '', 0);
  INSERT INTO run_tracks SELECT 900, track_id, track_id FROM tracks WHERE track_id < 50;
)";

}  // namespace

TEST_CASE("nothing later changes any byte of an earlier time's tables", "[as_of][poison]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  engine::DemoOptions demo;
  demo.tracks = 2000;
  demo.artists = 150;
  demo.listens = 6000;
  demo.users = 3;
  demo.days = 120;
  demo.now = kNow;
  engine::make_demo(path, demo, {});
  {
    engine::Store store = engine::Store::open(path);
    store.execute(
        "INSERT INTO embeddings SELECT 'taste', track_id, 2, x'000000400000803F' FROM tracks "
        "WHERE track_id % 3 = 0;"
        "INSERT INTO runs VALUES (1, 1, 'weekly.lua', '', 1690000000, 7, '', '', '', '', '', '', "
        "'', '', 0);"
        "INSERT INTO run_tracks SELECT 1, track_id, track_id FROM tracks WHERE track_id < 50");
    store.bump_data_version();
  }
  // At the end of the history everything is there; 40 days earlier part of it is.
  const std::string at_end = as_of(path, "demo", kNow - 1), then = as_of(path, "demo", kThen);
  const std::string other = as_of(path, "ada", kThen);
  REQUIRE(at_end != then);
  REQUIRE(then != other);
  {
    engine::Store store = engine::Store::open(path);
    store.execute(kLater);
    store.bump_data_version();
  }
  CHECK(difference(at_end, as_of(path, "demo", kNow - 1)) == "");
  CHECK(difference(then, as_of(path, "demo", kThen)) == "");
  CHECK(difference(other, as_of(path, "ada", kThen)) == "");
  // And it is there once its time has come.
  CHECK_THAT(as_of(path, "demo", kNow + 1'000'000), Catch::Contains("Later Artist"));
}
