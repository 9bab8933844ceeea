#include "demo/demo.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/paths.hpp"
#include "core/text_key.hpp"
#include "demo/world.hpp"
#include "store/store.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;
using engine::DemoOptions;
using engine::make_demo;
using engine::Store;

namespace {

constexpr std::int64_t kNow = 1'795'219'200;  // 2026-11-21

DemoOptions small(std::uint64_t seed = 1) {
  DemoOptions options;
  options.tracks = 800;
  options.artists = 90;
  options.genres = 12;
  options.listens = 4000;
  options.users = 3;
  options.days = 200;
  options.random_seed = seed;
  options.now = kNow;
  return options;
}

Store open(const std::string& path) {
  return Store::open(path, {.is_read_only = true});
}

// Every row of every table, in order.
std::string content(const std::string& path) {
  const Store store = open(path);
  std::string text;
  engine::Statement tables =
      store.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  while (tables.step()) {
    const std::string table(tables.text(0));
    // The token of a state of the store is drawn.
    const std::string drawn = table == "settings" ? " WHERE key <> 'data_token'" : "";
    engine::Statement rows = store.prepare("SELECT * FROM " + table + drawn);
    const int columns = sqlite3_column_count(rows.handle());
    while (rows.step()) {
      text += table;
      for (int k = 0; k < columns; ++k) text += "|" + std::string(rows.text(k));
      text += "\n";
    }
  }
  return engine::content_hash(text);
}

double correlation(const Store& store, const std::string& a, const std::string& b) {
  engine::Statement sums = store.prepare(
      "SELECT avg(x*y), avg(x), avg(y), avg(x*x), avg(y*y) FROM "
      "(SELECT " +
      a + " x, " + b + " y FROM tracks WHERE energy IS NOT NULL)");
  REQUIRE(sums.step());
  return (sums.real(0) - sums.real(1) * sums.real(2)) /
         std::sqrt((sums.real(3) - sums.real(1) * sums.real(1)) *
                   (sums.real(4) - sums.real(2) * sums.real(2)));
}

}  // namespace

TEST_CASE("the demo library is sound and holds what was asked for", "[demo]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  const engine::DemoSummary made = make_demo(path, small(), {});
  const Store store = open(path);
  CHECK(store.check().empty());
  CHECK(store.integer("SELECT count(*) FROM tracks") == 800);
  CHECK(store.integer("SELECT count(*) FROM artists") == 90);
  CHECK(store.integer("SELECT count(*) FROM tags") == 12);
  CHECK(store.integer("SELECT count(*) FROM users") == 3);
  CHECK(made.listens == store.integer("SELECT count(*) FROM listens"));
  CHECK(made.likes == store.integer("SELECT count(*) FROM likes"));
  CHECK(made.playlists == store.integer("SELECT count(*) FROM playlists"));
  CHECK(std::abs(store.integer("SELECT count(*) FROM listens WHERE user_id = 1") - 4000) < 40);
  for (const char* table : {"likes", "saved_albums", "saved_artists", "playlist_tracks",
                            "artist_relations", "artist_tags", "track_tags"}) {
    CAPTURE(table);
    CHECK(store.integer(std::string("SELECT count(*) FROM ") + table) > 0);
  }
  CHECK(engine::default_user(store)->name == "demo");
  CHECK(store.data_version() > 0);
  // Only the library itself is there.
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) <= 3);
  CHECK(fs::exists(path));
  for (const auto& entry : fs::directory_iterator(folder.path()))
    CHECK(entry.path().string().find("making") == std::string::npos);
}

TEST_CASE("nothing in the demo is later than now, or before its first day", "[demo]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  make_demo(path, small(), {});
  const Store store = open(path);
  const std::string now = std::to_string(kNow), begin = std::to_string(kNow - 200 * 86'400);
  CHECK(store.integer("SELECT count(*) FROM listens WHERE ts + (ms_played + 999) / 1000 > " +
                      now) == 0);
  for (const char* table :
       {"listens", "likes", "saved_albums", "saved_artists", "playlist_tracks", "playlists"}) {
    CAPTURE(table);
    const std::string from = std::string("SELECT count(*) FROM ") + table;
    CHECK(store.integer(from + " WHERE ts >= " + now) == 0);
    CHECK(store.integer(from + " WHERE ts <> 0 AND ts < " + begin) == 0);
  }
  CHECK(store.integer("SELECT count(*) FROM likes WHERE user_id = 1 AND ts > " + now +
                      " - 90 * 86400") >= 10);
}

TEST_CASE("the same options give the same demo, another seed another one", "[demo]") {
  const TemporaryFolder folder;
  make_demo(folder.file("a.db"), small(), {});
  make_demo(folder.file("b.db"), small(), {});
  make_demo(folder.file("c.db"), small(2), {});
  CHECK(content(folder.file("a.db")) == content(folder.file("b.db")));
  CHECK(content(folder.file("a.db")) != content(folder.file("c.db")));
}

TEST_CASE("names are believable and keys are those of the import", "[demo]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  make_demo(path, small(), {});
  const Store store = open(path);
  engine::Statement rows = store.prepare(
      "SELECT t.title, a.name, a.key, t.key, t.song_key, t.version, t.spotify_id FROM tracks t "
      "JOIN artists a USING (artist_id)");
  while (rows.step()) {
    const engine::TextKey key = engine::text_key(rows.text(1), rows.text(0));
    REQUIRE(rows.text(2) == engine::artist_key(rows.text(1)));
    REQUIRE(rows.text(3) == key.track_key());
    REQUIRE(rows.text(4) == key.song_key());
    REQUIRE(rows.text(5) == key.version);
    REQUIRE(rows.text(6).size() == 22);
    REQUIRE(rows.text(0).size() < 120);
  }
  CHECK(store.integer("SELECT count(*) FROM tracks WHERE version <> ''") > 5);
  // Other versions are versions of a song that is there.
  CHECK(store.integer("SELECT count(*) FROM tracks v WHERE version <> '' AND NOT EXISTS (SELECT 1 "
                      "FROM tracks o WHERE o.song_key = v.song_key AND o.version = '')") == 0);
  CHECK(store.integer("SELECT count(*) FROM track_ids") == 1600);
}

TEST_CASE("audio features belong together, and some tracks have none", "[demo]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  make_demo(path, small(), {});
  const Store store = open(path);
  CHECK(correlation(store, "energy", "loudness") > 0.7);
  CHECK(correlation(store, "energy", "acousticness") < -0.5);
  CHECK(correlation(store, "energy", "danceability") > 0.1);
  // Tracks of one artist sound alike: most of the variance lies between artists.
  engine::Statement variance = store.prepare(
      "SELECT avg((energy - mean) * (energy - mean)), (SELECT avg(energy * energy) - avg(energy) * "
      "avg(energy) FROM tracks) FROM tracks JOIN (SELECT artist_id, avg(energy) mean FROM tracks "
      "GROUP BY 1) USING (artist_id)");
  REQUIRE(variance.step());
  CHECK(variance.real(0) < 0.35 * variance.real(1));
  const std::int64_t without = store.integer("SELECT count(*) FROM tracks WHERE energy IS NULL");
  CHECK(without > 60);
  CHECK(without < 180);
}

TEST_CASE("listening has days and nights, sessions and skips", "[demo]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  make_demo(path, small(), {});
  const Store store = open(path);
  std::array<std::int64_t, 24> hours{};
  engine::Statement rows =
      store.prepare("SELECT (ts / 3600) % 24, count(*) FROM listens WHERE user_id = 1 GROUP BY 1");
  while (rows.step()) hours[static_cast<std::size_t>(rows.integer(0))] = rows.integer(1);
  const auto between = [&](std::size_t from, std::size_t to) {
    std::int64_t sum = 0;
    for (std::size_t hour = from; hour < to; ++hour) sum += hours[hour];
    return sum;
  };
  CHECK(between(18, 22) > 4 * between(2, 6));
  CHECK(between(2, 6) >= 0);
  // Most listens follow another one within minutes.
  const std::int64_t close = store.integer(
      "SELECT count(*) FROM (SELECT ts - lag(ts) OVER (ORDER BY ts) gap FROM listens WHERE user_id "
      "= 1) WHERE gap < 900");
  CHECK(close > 3000);
  const std::int64_t skipped =
      store.integer("SELECT count(*) FROM listens WHERE user_id = 1 AND ms_played < 30000");
  CHECK(skipped > 200);
  CHECK(skipped < 1400);
  // Listeners have favourites: the top tenth of the tracks takes far more than its tenth.
  CHECK(store.integer("SELECT sum(n) FROM (SELECT count(*) n FROM listens WHERE user_id = 1 GROUP "
                      "BY track_id ORDER BY 1 DESC LIMIT 80)") > 1200);
}

TEST_CASE("a demo replaces a demo, and nothing else", "[demo]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  const auto refused_because = [&](const std::string& why) {
    const std::string before = engine::content_hash(engine::read_file(path));
    try {
      make_demo(path, small(), {});
      FAIL("it was replaced");
    } catch (const engine::Error& error) {
      CHECK(error.exit() == engine::Exit::kInput);
      CHECK_THAT(error.text(), Catch::Contains(why) && Catch::Contains(path) &&
                                   Catch::Contains("engine demo DIR"));
    }
    CHECK(engine::content_hash(engine::read_file(path)) == before);
  };
  SECTION("a demo") {
    make_demo(path, small(), {});
    fs::create_directory(path + ".columns");
    make_demo(path, small(2), {});
    CHECK_FALSE(fs::exists(path + ".columns"));
    CHECK(open(path).setting("demo").find("\"random_seed\": 2,") != std::string::npos);
  }
  SECTION("somebody's own library") {
    {
      Store store = Store::open(path);
      store.checkpoint();
    }
    refused_because("somebody's own library");
  }
  SECTION("a demo that somebody imported into") {
    make_demo(path, small(), {});
    {
      Store store = Store::open(path);
      store.execute(
          "INSERT INTO ingestions (path, hash, format, started_at) VALUES ('x', 'h', 'lastfm', 0)");
      store.checkpoint();
    }
    refused_because("somebody has imported");
  }
  SECTION("a file that is no store at all") {
    engine::write_file_atomically(path, "my notes, which are longer than a SQLite header");
    CHECK_THROWS_AS(make_demo(path, small(), {}), engine::Error);
    CHECK(engine::read_file(path).starts_with("my notes"));
  }
}

TEST_CASE("more artists than tracks are refused", "[demo]") {
  const TemporaryFolder folder;
  DemoOptions options = small();
  options.artists = 801;
  CHECK_THROWS_WITH(make_demo(folder.file("x.db"), options, {}),
                    "801 artists are too many for 800 tracks");
  CHECK_FALSE(fs::exists(folder.file("x.db")));
}

TEST_CASE("the smallest demo works", "[demo]") {
  const TemporaryFolder folder;
  DemoOptions options;
  options.tracks = options.artists = options.genres = options.users = options.days = 1;
  options.listens = GENERATE(0, 1, 3);
  options.now = kNow;
  const engine::DemoSummary made = make_demo(folder.file("x.db"), options, {});
  CHECK(made.tracks == 1);
  CHECK(made.listens <= options.listens);
  CHECK(open(folder.file("x.db")).check().empty());
}

TEST_CASE("weighted draws follow their weights", "[demo]") {
  const engine::demo::WeightedDraw draw({1, 0, 3});
  engine::Random random(5);
  std::array<int, 3> counts{};
  for (int k = 0; k < 40'000; ++k) ++counts[static_cast<std::size_t>(draw.draw(random))];
  CHECK(counts[1] == 0);
  // 10,000 expected; five standard deviations are 433.
  CHECK(std::abs(counts[0] - 10'000) < 433);
}
