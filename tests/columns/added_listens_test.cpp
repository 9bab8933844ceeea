// Listens that come behind all others are added to the columns; the tables are those made anew.
#include <map>
#include <random>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "data/column_cache.hpp"
#include "support/small_store.hpp"

using test::SmallStore;

namespace {

constexpr std::int64_t kNow = 1'000'000;

/// Two people, a catalogue with features, and what has no name or was heard by nobody.
void fill(SmallStore& store) {
  store.change(
      "INSERT INTO users (user_id, name) VALUES (2, 'bob');"
      "INSERT INTO artists (artist_id, name, key, popularity) VALUES (1, 'Ada', 'ada', 5), "
      "(2, 'Bo', 'bo', NULL), (3, 'Cy', 'cy', NULL);"
      "INSERT INTO tracks (track_id, title, album, artist_id, key, song_key, spotify_id, "
      "in_catalogue, "
      "energy, duration_ms) VALUES "
      "(1, 'One', 'First', 1, 'ada\x1f' || 'one\x1f', 'ada\x1f' || 'one', 's1', 1, 0.5, 200000), "
      "(2, 'Two', 'First', 1, 'ada\x1f' || 'two\x1f', 'ada\x1f' || 'two', 's2', 1, 0.25, NULL), "
      "(3, 'Three', NULL, 2, 'bo\x1f' || 'three\x1f', 'bo\x1f' || 'three', NULL, 1, NULL, NULL);"
      "INSERT INTO track_artists VALUES (1, 0, 1), (2, 0, 1), (2, 1, 2), (3, 0, 2);"
      "INSERT INTO tags (tag_id, name) VALUES (1, 'rock'); INSERT INTO track_tags VALUES (1, 1, 1);"
      "INSERT INTO artist_tags VALUES (1, 1, 0.5); INSERT INTO artist_relations (artist_id, "
      "related_id, weight) VALUES (1, 2, 0.5);"
      "INSERT INTO embeddings VALUES ('taste', 1, 2, x'0000803f00000040');"
      "INSERT INTO likes VALUES (1, 1, 500), (2, 2, 600);"
      "INSERT INTO holdings (user_id, kind, id, name, teller, ts) VALUES (1, 2, 1, 'First', 'x', "
      "900);"
      "INSERT INTO listens VALUES (1, 1000, 1, 60000, 0, 'DE', 1), (2, 1000, 2, 60000, 0, 'SE', "
      "1)");
}

/// The same tables, made of nothing that was there before.
std::string made_anew(SmallStore& store, const std::string& user, std::int64_t now) {
  engine::AsOfOptions options = store.options(now, user);
  options.cache.clear();
  return test::everything(*engine::load_as_of(options));
}

/// "": there is none; else where it stands.
std::string difference(const std::string& kept, const std::string& anew) {
  std::istringstream left(kept), right(anew);
  std::string table;
  for (std::string a, b; static_cast<int>(!std::getline(left, a)) + !std::getline(right, b) < 2;) {
    if (a != b) return table + ": kept " + a + ", anew " + b;
    if (a.starts_with("== ")) table = a;
  }
  return "";
}

std::string listen(std::int64_t user, std::int64_t ts, std::int64_t track, std::int64_t ms = 60'000,
                   std::int64_t flags = 0, const std::string& country = "DE") {
  return "INSERT INTO listens VALUES (" + std::to_string(user) + ", " + std::to_string(ts) + ", " +
         std::to_string(track) + ", " + std::to_string(ms) + ", " + std::to_string(flags) + ", '" +
         country + "', 1);";
}

std::string track(std::int64_t id, std::int64_t artist, const std::string& artist_key,
                  const std::string& title, const std::string& version = "") {
  const std::string song = "'" + artist_key + "\x1f' || '" + title + "'";
  return "INSERT INTO tracks (track_id, title, album, artist_id, key, song_key, version, isrc) "
         "VALUES "
         "(" +
         std::to_string(id) + ", '" + title + "', 'First', " + std::to_string(artist) + ", " +
         song + " || '\x1f" + version + "', " + song + ", '" + version + "', 'isrc" +
         std::to_string(id) +
         "');"
         "INSERT INTO track_artists VALUES (" +
         std::to_string(id) + ", 0, " + std::to_string(artist) + ");";
}

}  // namespace

TEST_CASE("later listens are added to the columns", "[cache][added]") {
  SmallStore store;
  fill(store);
  (void)store.as_of(kNow);
  const auto check = [&](bool is_added) {
    const std::string kept = test::everything(*store.as_of(kNow));
    const bool is_whole = std::ranges::any_of(store.told, [](const std::string& told) {
      return told.find("making ") != told.npos && told.find("sets-") == told.npos;
    });
    CHECK(is_whole == !is_added);
    CHECK(difference(kept, made_anew(store, "ann", kNow)) == "");
    for (const std::int64_t now : {std::int64_t{1500}, std::int64_t{2059}, std::int64_t{2100}})
      CHECK(difference(test::everything(*store.as_of(now)), made_anew(store, "ann", now)) == "");
  };
  SECTION("of a track that was heard before") {
    store.append(listen(1, 2000, 1));
    check(true);
  }
  SECTION("of an artist whom the person had not heard") {
    store.append(listen(1, 2000, 3));
    check(true);
  }
  SECTION("of new tracks by a known and by a new artist") {
    store.append(track(7, 1, "ada", "seven") + listen(1, 2000, 7));
    store.append("INSERT INTO artists (artist_id, name, key) VALUES (9, 'Di', 'di');" +
                 track(8, 9, "di", "eight") + listen(1, 2100, 8) + listen(1, 2300, 7));
    check(true);
  }
  SECTION("of another version of a song") {
    store.append(track(7, 1, "ada", "one", "live") + listen(1, 2000, 7));
    check(true);
    CHECK(test::as_text(*store.as_of(kNow)->table("tracks"), {"song"}) == "song\n0\n1\n2\n0\n");
  }
  SECTION("of private ones, in another country") {
    store.append(listen(1, 2000, 1, 60'000, 0, "zz-unheard-of"));
    store.append(listen(1, 2200, 1, 60'000, 1 << 4) + listen(1, 2400, 2));
    store.append(listen(1, 2600, 2));
    check(true);
  }
  SECTION("that ended before somebody else's first of the same track") {
    store.append(track(7, 1, "ada", "seven") + listen(2, 5000, 7));
    (void)store.as_of(kNow);
    store.append(listen(1, 2000, 7));
    check(false);
  }
  SECTION("with a change of something else in between") {
    store.append(listen(1, 2000, 1));
    store.change("UPDATE tracks SET title = 'Uno' WHERE track_id = 1");
    store.append(listen(1, 2200, 1));
    check(false);
  }
}

TEST_CASE("columns of too long ago are made anew, and unchanged ones kept up", "[cache][added]") {
  SmallStore store;
  fill(store);
  (void)store.as_of(kNow, "ann");
  (void)store.as_of(kNow, "bob");
  std::int64_t ts = 2000;
  for (std::size_t k = 0; k < 3 * engine::Store::kMostAppendedStates; ++k) {
    store.append(listen(1, ts += 100, 1));
    (void)store.as_of(kNow, "ann");
    REQUIRE(store.told.empty());  // nothing was made from the start
  }
  CHECK(difference(test::everything(*store.as_of(kNow, "ann")), made_anew(store, "ann", kNow)) ==
        "");
  const auto bobs = store.as_of(kNow, "bob");
  REQUIRE(store.told.size() == 1);  // his were left behind
  CHECK_THAT(store.told[0], Catch::Contains("user-2.columns"));
  CHECK(difference(test::everything(*bobs), made_anew(store, "bob", kNow)) == "");
}

TEST_CASE("whatever is added in whichever order, the tables are those made anew",
          "[cache][added]") {
  SmallStore store;
  fill(store);
  std::mt19937 random(GENERATE(1U, 2U, 3U, 4U));
  const auto drawn = [&](int count) { return static_cast<std::int64_t>(random() % count); };
  const std::vector<std::string> keys = {"", "ada", "bo", "cy"};
  std::map<std::int64_t, std::int64_t> newest = {{1, 1000}, {2, 1000}};
  std::int64_t tracks = 3, artists = 3;
  for (int k = 0; k < 60; ++k) {
    const std::int64_t user = 1 + drawn(2);
    std::int64_t& ts = newest[user];
    // Mostly behind everybody's, sometimes only behind their own.
    if (drawn(4) > 0) ts = std::max(newest[1], newest[2]);
    std::string sql;
    for (std::int64_t left = 1 + drawn(3); left > 0; --left) {
      std::int64_t heard = 1 + drawn(static_cast<int>(tracks));
      const std::int64_t what = drawn(6);
      if (what == 0) {
        const std::string id = std::to_string(++artists);
        sql += "INSERT INTO artists (artist_id, name, key) VALUES (" + id + ", 'A" + id + "', 'a" +
               id + "');";
        sql += track(++tracks, artists, "a" + id, "t" + std::to_string(drawn(3)));
        heard = tracks;
      } else if (what == 1) {
        const std::int64_t artist = 1 + drawn(3);
        sql += track(++tracks, artist, keys[static_cast<std::size_t>(artist)],
                     "t" + std::to_string(drawn(4)), drawn(2) == 0 ? "live" : "");
        heard = tracks;
      }
      sql +=
          listen(user, ts += 1 + drawn(200), heard, drawn(3) == 0 ? -1 : drawn(90) * 1000,
                 drawn(9) == 0 ? 1 << 4 : 0, drawn(5) == 0 ? "x" + std::to_string(drawn(3)) : "SE");
    }
    if (drawn(20) == 0)
      store.change(sql);
    else
      store.append(sql);
    if (drawn(3) == 0) continue;  // several states later
    const std::string asked = drawn(2) == 0 ? "ann" : "bob";
    CAPTURE(k, asked);
    REQUIRE(difference(test::everything(*store.as_of(kNow, asked)),
                       made_anew(store, asked, kNow)) == "");
    const std::int64_t earlier = ts - drawn(400);
    REQUIRE(difference(test::everything(*store.as_of(earlier, asked)),
                       made_anew(store, asked, earlier)) == "");
  }
}
