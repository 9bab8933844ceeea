// Every table by hand on a store of five tracks.
//
// number  track                        known
// 0       10 One (Ada)                 always: a catalogue brought it
// 1       11 One - Live (Ada)          always
// 2       13 Three (Cy)                always
// 3       12 Two (Bo)                  1100, the end of ann's first listen
// 4       14 Four (nobody)             5000, ann's like
// Artists 0 Ada, 1 Cy, 2 Bo (known with Two).
#include "data/as_of.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "data/declared_tables.hpp"
#include "data/listen_statistics.hpp"
#include "data/tables.hpp"
#include "store/listen_flags.hpp"
#include "support/small_store.hpp"

using engine::AsOf;
using engine::ListenFlags;
using engine::PlayReason;
using test::as_text;
using test::SmallStore;

namespace {

constexpr std::int64_t kEnd = 100'000;  // after everything

// Twelve float32: energy (second) 0.5, the others NaN.
constexpr const char* kMeans =
    "x'0000C07F0000003F0000C07F0000C07F0000C07F0000C07F0000C07F0000C07F0000C07F0000C07F0000C07F"
    "0000C07F'";

void fill(SmallStore& store) {
  store.change(std::string(R"(
    INSERT INTO artists (artist_id, name, key, popularity, features) VALUES
      (1, 'Ada', 'ada', 50, NULL), (2, 'Bo', 'bo', NULL, NULL), (3, 'Cy', 'cy', NULL, )") +
               kMeans + R"();
    INSERT INTO tracks (track_id, title, artist_id, album, key, song_key, version, spotify_id, isrc,
        mbid, duration_ms, year, popularity, explicit, energy, tempo, key_pitch, mode,
        time_signature, in_catalogue) VALUES
      (10, 'One', 1, 'First', 'ada/one', 'ada/one', '', 'sp10', 'is10', 'mb10', 200000, 1999, 70, 1,
        0.25, 120, 5, 1, 4, 1),
      (11, 'One - Live', 1, 'first', 'ada/one/live', 'ada/one', 'live', NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, 0, -1, NULL, NULL, 1),
      (12, 'Two', 2, 'Second', 'bo/two', 'bo/two', '', 'sp12', NULL, NULL, 100000, 2005, 10, 0,
        0.75, NULL, NULL, NULL, NULL, 0),
      (13, 'Three', 3, NULL, 'cy/three', 'cy/three', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, 1),
      (14, NULL, NULL, NULL, NULL, NULL, '', 'sp14', NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, 0);
    INSERT INTO track_artists VALUES (10, 0, 1), (10, 1, 3), (12, 0, 2);
    INSERT INTO tags VALUES (1, 'rock'), (2, 'jazz'), (3, 'unused');
    INSERT INTO track_tags (track_id, tag_id) VALUES (10, 1), (12, 1), (12, 2);
    INSERT INTO artist_tags VALUES (1, 1, 2.5);
    INSERT INTO artist_relations (artist_id, related_id, weight) VALUES (1, 3, 0.5);
    INSERT INTO likes VALUES (1, 14, 5000), (1, 10, 2000), (1, 13, 0);
    INSERT INTO saved_albums VALUES (1, 1, 'FIRST', 3000);
    INSERT INTO saved_artists VALUES (1, 2, 4000);
    INSERT INTO playlists (playlist_id, user_id, name, ts) VALUES
      (1, 1, 'mine', 2500), (2, NULL, 'a data set', 0);
    INSERT INTO playlist_tracks VALUES (1, 0, 12, 0), (1, 1, 10, 2600), (2, 0, 13, 0);
  )");
}

struct Listen {
  int ts, track, ms;
  std::int32_t flags;
};

void listen(SmallStore& store, const std::vector<Listen>& listens, int user = 1) {
  std::string sql;
  for (const Listen& l : listens)
    sql += "INSERT INTO listens VALUES (" + std::to_string(user) + ", " + std::to_string(l.ts) +
           ", " + std::to_string(l.track) + ", " + std::to_string(l.ms) + ", " +
           std::to_string(l.flags) + ", 'DE', 1);";
  store.change(sql);
}

const std::int32_t kDone = ListenFlags::with_end(PlayReason::kTrackDone);
const std::int32_t kForward = ListenFlags::with_end(PlayReason::kForward);

void fill_listens(SmallStore& store) {
  listen(store, {{1000, 12, 100000, kDone},
                 {1200, 12, 20000, kForward},
                 {1300, 10, 20000, ListenFlags::kNotSkipped},
                 {1400, 11, -1, 0},
                 {1500, 10, 190000, 0},
                 {1700, 12, 60000, ListenFlags::kIncognito},
                 {1800, 12, 60000, ListenFlags::kSkipped}});
}

}  // namespace

TEST_CASE("every table has the columns that are declared, full and empty", "[as_of]") {
  SmallStore store;
  const bool is_full = GENERATE(false, true);
  if (is_full) {
    fill(store);
    fill_listens(store);
    store.change(
        "INSERT INTO prompts (prompt_id, user_id, ts, text) VALUES (1, 1, 2000, 'calm');"
        "INSERT INTO prompt_vectors VALUES ('taste', 1, 1, x'0000803F')");
  }
  const auto tables = store.as_of(kEnd);
  for (const std::string& name : test::declared_names()) {
    CAPTURE(name);
    const auto& declared = *engine::find_declared(name);
    REQUIRE(tables->table(name) != nullptr);
    const playlist_table& table = *tables->table(name);
    std::uint32_t k = 0;
    for (const engine::DeclaredColumn& column : declared.columns) {
      if (!column.is_seen()) continue;
      REQUIRE(k < table.column_count);
      CHECK(table.columns[k]->name == std::string(column.name));
      CHECK(table.columns[k++]->type == column.type);
    }
    CHECK(k == table.column_count);
  }
}

TEST_CASE("the plugins' header describes every table, column and set", "[as_of]") {
  const std::string header = engine::read_file(PLAYLIST_SOURCE_DIR "/sdk/playlist/plugin.h");
  const std::size_t begin = header.find("/* Read-only tables of the catalogue and of the user");
  // What table() gives; what the others do is told behind it.
  const std::string text = header.substr(begin, header.find("\n * lists()", begin) - begin);
  for (const engine::DeclaredTable& table : engine::declared_tables()) {
    if (table.owner == engine::TableOwner::kEverybody) continue;  // of models in training
    if (table.name.starts_with("implicit_")) continue;            // sdk/README.md has them
    CAPTURE(table.name);
    CHECK_THAT(text, Catch::Contains("\"" + std::string(table.name)));
    for (const engine::DeclaredColumn& column : table.columns) {
      const std::string name = column.name;
      if (!column.is_seen()) continue;
      CAPTURE(name);
      CHECK((name.ends_with("_or_artist") || text.find(name) != std::string::npos));
    }
  }
}

TEST_CASE("tracks are the prefix known by then, with every column", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  const auto all = store.as_of(kEnd);
  CHECK(as_text(*all->table("tracks"),
                {"id", "title", "artist", "artist_name", "album", "version", "song", "spotify_id",
                 "isrc", "mbid", "duration_ms", "year", "popularity", "explicit"}) ==
        "id title artist artist_name album version song spotify_id isrc mbid duration_ms year "
        "popularity explicit\n"
        "10 One 0 Ada First  0 sp10 is10 mb10 200000 1999 70 1\n"
        "11 One - Live 0 Ada first live 0 - - - - - - -\n"
        "13 Three 1 Cy -  1 - - - - - - -\n"
        "12 Two 2 Bo Second  2 sp12 - - 100000 2005 10 0\n"
        "14 - - - -  3 sp14 - - - - - -\n");
  // A tempo of 0 and key -1 are unknown.
  CHECK(as_text(*all->table("tracks"),
                {"energy", "tempo", "valence", "key", "mode", "time_signature"}) ==
        "energy tempo valence key mode time_signature\n"
        "0.25 120 - 5 1 4\n"
        "- - - - - -\n"
        "- - - - - -\n"
        "0.75 - - - - -\n"
        "- - - - - -\n");
  // One - Live takes Ada's mean, Three Cy's imported mean.
  CHECK(as_text(*all->table("tracks"), {"energy_or_artist", "valence_or_artist"}) ==
        "energy_or_artist valence_or_artist\n0.25 -\n0.25 -\n0.5 -\n0.75 -\n- -\n");
  CHECK(store.as_of(1099)->table("tracks")->rows == 3);
  CHECK(store.as_of(1100)->table("tracks")->rows == 4);
  CHECK(store.as_of(4999)->table("tracks")->rows == 4);
  CHECK(store.as_of(5000)->table("tracks")->rows == 5);
  CHECK(all->track_number(12) == 3);
  CHECK(all->track_number(99) == -1);
  CHECK(store.as_of(1099)->track_number(12) == -1);
}

TEST_CASE("the coverage says where features come from, as of then", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  const auto of = [&](const std::string& feature, std::int64_t now) {
    const auto tables = store.as_of(now);
    for (const engine::FeatureCoverage& coverage : tables->coverage())
      if (coverage.feature == feature)
        return std::vector<std::int64_t>{coverage.own, coverage.artist_mean, coverage.none};
    return std::vector<std::int64_t>{};
  };
  CHECK(of("energy", kEnd) == std::vector<std::int64_t>{2, 2, 1});
  CHECK(of("energy", 1099) == std::vector<std::int64_t>{1, 2, 0});
  CHECK(of("tempo", kEnd) == std::vector<std::int64_t>{1, 0, 4});  // a mean tempo is no track's
  CHECK(of("tempo", 1099) == std::vector<std::int64_t>{1, 0, 2});
}

TEST_CASE("a mean of the artist is shown under no feature's own name", "[as_of]") {
  SmallStore store;
  fill(store);
  for (const std::int64_t now : {std::int64_t{1099}, kEnd}) {
    const auto tables = store.as_of(now);
    CHECK_THAT(as_text(*tables->table("tracks"), {"id", "energy", "tempo", "loudness"}),
               Catch::Contains("\n11 - - -\n"));
    for (const char* name : {"tempo_or_artist", "loudness_or_artist", "key_or_artist"})
      CHECK(engine::find_column(*tables->table("tracks"), name) == nullptr);
  }
}

TEST_CASE("an artist's mean is that of the tracks known by then", "[as_of]") {
  SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO tracks (track_id, title, artist_id, energy) VALUES (20, 'Later', 1, 0.75);"
      "INSERT INTO likes VALUES (1, 20, 6000)");
  const auto energies = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("tracks"), {"id", "energy_or_artist"});
  };
  CHECK_THAT(energies(5999), Catch::Contains("\n11 0.25\n"));
  CHECK_THAT(energies(6000), Catch::Contains("\n11 0.5\n"));
}

TEST_CASE("artists and tags are known with their first track", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  const auto all = store.as_of(kEnd), early = store.as_of(1099);
  CHECK(as_text(*all->table("artists")) ==
        "id name popularity track_count\n1 Ada 50 2\n3 Cy - 2\n2 Bo - 1\n");
  CHECK(as_text(*early->table("artists")) ==
        "id name popularity track_count\n1 Ada 50 2\n3 Cy - 2\n");
  CHECK(as_text(*all->table("tags")) == "name track_count\nrock 2\njazz 1\n");
  CHECK(as_text(*early->table("tags")) == "name track_count\nrock 1\n");
}

TEST_CASE("lists hold what is known by then", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  const auto all = store.as_of(kEnd), early = store.as_of(1099);
  const auto lists = [](const AsOf& tables, const char* name) {
    return as_text(*tables.lists(name));
  };
  CHECK(lists(*all, "track_artists") == "0: 0 1\n1: 0\n2: 1\n3: 2\n4:\n");
  CHECK(lists(*early, "track_artists") == "0: 0 1\n1: 0\n2: 1\n");
  CHECK(lists(*all, "artist_tracks") == "0: 0 1\n1: 0 2\n2: 3\n");
  CHECK(lists(*early, "artist_tracks") == "0: 0 1\n1: 0 2\n");
  CHECK(lists(*all, "track_tags") == "0: 0\n1:\n2:\n3: 0 1\n4:\n");
  CHECK(lists(*all, "tag_tracks") == "0: 0 3\n1: 3\n");
  CHECK(lists(*early, "tag_tracks") == "0: 0\n");
  CHECK(lists(*all, "artist_tags") == "0: 0*2.5\n1:\n2:\n");
  CHECK(lists(*all, "artist_relations") == "0: 1*0.5\n1:\n2:\n");
  // Playlist 0 holds Bo since 2500, Ada and Cy since 2600; playlist 1 is undated.
  CHECK(lists(*all, "artist_playlists") == "0: 0\n1: 0 1\n2: 0\n");
  CHECK(lists(*store.as_of(2599), "artist_playlists") == "0:\n1: 1\n2: 0\n");
  CHECK(lists(*store.as_of(2499), "artist_playlists") == "0:\n1: 1\n2:\n");
}

TEST_CASE("artists know who played them, from 30 seconds on, and play totals", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change("INSERT INTO users (user_id, name) VALUES (5, 'bob'), (7, 'cat')");
  listen(store, {{9000, 10, 29999, 0}, {9100, 10, 30000, 0}}, 5);
  store.change("INSERT INTO artist_plays VALUES (7, 3, 100)");
  // ann heard Bo at 1000, One's artists at 1500 (190 s) and One - Live at 1400, of unknown
  // length; cat's totals have no times.
  CHECK(as_text(*store.as_of(kEnd)->lists("artist_users")) == "0: 0 1\n1: 0 1 2\n2: 0\n");
  CHECK(as_text(*store.as_of(9129)->lists("artist_users")) == "0: 0\n1: 0 2\n2: 0\n");
  CHECK(as_text(*store.as_of(9130)->lists("artist_users")) == "0: 0 1\n1: 0 1 2\n2: 0\n");
  CHECK(as_text(*store.as_of(1099)->lists("artist_users")) == "0:\n1: 2\n");
}

TEST_CASE("a listen is visible once it has ended", "[as_of]") {
  SmallStore store;
  fill(store);
  listen(store, {{1000, 10, 100001, 0}, {2000, 10, -1, 0}, {3000, 10, 0, 0}});
  const auto rows = [&](std::int64_t now) { return store.as_of(now)->table("listens")->rows; };
  CHECK(rows(1100) == 0);
  CHECK(rows(1101) == 1);
  CHECK(rows(1999) == 1);
  CHECK(rows(2000) == 2);
  CHECK(rows(2999) == 2);
  CHECK(rows(3000) == 3);
}

TEST_CASE("a long listen that began first may end last", "[as_of]") {
  SmallStore store;
  fill(store);
  listen(store, {{1000, 10, 1000000, 0}, {1100, 11, 10000, 0}, {1200, 13, 10000, 0}});
  const auto listens = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("listens"), {"track", "ts", "country"});
  };
  CHECK(listens(1110) == "track ts country\n1 1100 DE\n");
  CHECK(listens(1300) == "track ts country\n1 1100 DE\n2 1200 DE\n");
  CHECK(listens(2000) == "track ts country\n0 1000 DE\n1 1100 DE\n2 1200 DE\n");
}

TEST_CASE("listens say whether they were plays, skips, and heard to the end", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  CHECK(as_text(*store.as_of(kEnd)->table("listens")) ==
        "track ts ms_played is_play is_skip is_finished country\n"
        "3 1000 100000 1 0 1 DE\n"   // ended by itself
        "3 1200 20000 0 1 0 DE\n"    // the forward button after 20 of 100 s
        "0 1300 20000 0 0 0 DE\n"    // 20 of 200 s, but said to be no skip
        "1 1400 - 1 - - DE\n"        // a scrobble: no length, no reason
        "0 1500 190000 1 0 1 DE\n"   // 95 % of the track
        "3 1800 60000 1 1 0 DE\n");  // said to be a skip; the private session is left out
}

TEST_CASE("the play rule decides what counts as a play", "[as_of]") {
  SmallStore store;
  fill(store);
  listen(store, {{1000, 12, 49999, 0},
                 {2000, 12, 50000, 0},
                 {3000, 11, 50000, 0},
                 {4000, 11, 59999, 0},
                 {5000, 11, 60000, 0}});
  const auto plays = [&](double seconds, double share) {
    engine::AsOfOptions options = store.options(kEnd);
    options.rule = {seconds, share};
    return as_text(*engine::load_as_of(options)->table("listens"), {"ts", "is_play"});
  };
  // Track 12 lasts 100 s, the length of 11 is unknown.
  CHECK(plays(60, 0.5) == "ts is_play\n1000 0\n2000 1\n3000 0\n4000 0\n5000 1\n");
  CHECK(plays(60, 0.4) == "ts is_play\n1000 1\n2000 1\n3000 0\n4000 0\n5000 1\n");
  CHECK(plays(30, 0.5) == "ts is_play\n1000 1\n2000 1\n3000 1\n4000 1\n5000 1\n");
}

TEST_CASE("statistics count what was visible by then", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  const std::vector<std::string> columns = {"plays",        "skips",       "finished", "skip_rate",
                                            "first_played", "last_played", "plays_30d"};
  const std::string names = "plays skips finished skip_rate first_played last_played plays_30d\n";
  const auto statistics = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("track_statistics"), columns);
  };
  CHECK(statistics(kEnd) == names +
                                "1 0 1 0 1500 1500 1\n"
                                "1 0 0 - 1400 1400 1\n"
                                "0 0 0 - - - 0\n"
                                "2 2 1 0.666667 1000 1800 2\n"
                                "0 0 0 - - - 0\n");
  CHECK(statistics(1300) == names +
                                "0 0 0 - - - 0\n"
                                "0 0 0 - - - 0\n"
                                "0 0 0 - - - 0\n"
                                "1 1 1 0.5 1000 1000 1\n");
  // The 30 days before: a play that began exactly then counts, an older one does not.
  const std::int64_t month = 30 * 86'400;
  CHECK_THAT(statistics(1500 + month), Catch::Contains("1 0 1 0 1500 1500 1\n"));
  CHECK_THAT(statistics(1501 + month), Catch::Contains("1 0 1 0 1500 1500 0\n"));
  CHECK(as_text(*store.as_of(1800 + 86'400 * 3 / 2)->table("track_statistics"),
                {"days_since_played"}) == "days_since_played\n1.50347\n1.50463\n-\n1.5\n-\n");
}

TEST_CASE("likes come oldest first, undated ones at the beginning", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  const auto likes = [&](std::int64_t now) { return as_text(*store.as_of(now)->table("likes")); };
  CHECK(likes(kEnd) == "track ts is_implicit\n2 - 0\n0 2000 0\n4 5000 0\n");
  CHECK(likes(1999) == "track ts is_implicit\n2 - 0\n");
  CHECK(likes(2000) == "track ts is_implicit\n2 - 0\n0 2000 0\n");
}

TEST_CASE("a like that has ended is seen as of the time in which it held", "[as_of][holdings]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change("DELETE FROM holdings WHERE kind = 1");
  // Track 10 is number 0. Two services liked it, one after the other with a gap; track 13 (number
  // 2) was liked by two at once, of which one has ended.
  store.change(
      "INSERT INTO holdings (user_id, kind, id, teller, ts, ended_at) VALUES "
      "(1, 1, 10, 'spotify', 2000, 3000), (1, 1, 10, 'listenbrainz', 4000, NULL), "
      "(1, 1, 13, 'spotify', 2500, 2600), (1, 1, 13, 'you', 2550, NULL)");
  const auto likes = [&](std::int64_t now) { return as_text(*store.as_of(now)->table("likes")); };
  CHECK(likes(1999) == "track ts is_implicit\n");
  CHECK(likes(2999) == "track ts is_implicit\n0 2000 0\n2 2500 0\n");
  CHECK(likes(3000) == "track ts is_implicit\n2 2500 0\n");
  CHECK(likes(4000) == "track ts is_implicit\n2 2500 0\n0 4000 0\n");
}

TEST_CASE("what left the library is in it as of earlier times", "[as_of][holdings]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change(
      "UPDATE holdings SET ended_at = 4500 WHERE kind IN (2, 3);"
      "DELETE FROM playlist_tracks WHERE playlist_id = 1 AND track_id = 12;"
      "INSERT INTO holdings (user_id, kind, id, name, ts, ended_at) VALUES "
      "(1, 6, 12, 'mine', 2500, 4600)");
  const auto library = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("library"));
  };
  CHECK(library(4499) == "track ts\n2 -\n0 2000\n3 2500\n1 3000\n");
  CHECK(library(4500) == "track ts\n2 -\n0 2000\n3 2500\n");
  CHECK(library(4600) == "track ts\n2 -\n0 2000\n");
  // Bo was saved until 4500.
  CHECK_THAT(as_text(*store.as_of(4499)->table("saved_artists")), Catch::Contains("\n2 0 "));
  CHECK_THAT(as_text(*store.as_of(4500)->table("saved_artists")), !Catch::Contains("\n2 0 "));
}

TEST_CASE("bans are of tracks, and of all tracks of an artist, guest or not", "[as_of][holdings]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  // Track 12 itself, which is known from the start by the ban and so has number 2, its artist Bo 1;
  // Cy (artist 3, number 2) has track 13 (number 3), and is the second artist of track 10 (number
  // 0).
  store.change(
      "INSERT INTO users (user_id, name) VALUES (2, 'bob');"
      "INSERT INTO holdings (user_id, kind, id, teller, ts, ended_at) VALUES "
      "(1, 4, 12, 'spotify', 0, NULL), (1, 5, 3, 'you', 3000, 5000), (2, 4, 10, 'you', 0, NULL)");
  const auto banned = [&](std::int64_t now) { return as_text(*store.as_of(now)->table("banned")); };
  CHECK(banned(2999) == "track ts artist\n2 - -\n");
  CHECK(banned(3000) == "track ts artist\n2 - -\n0 3000 2\n3 3000 2\n");
  CHECK(banned(5000) == "track ts artist\n2 - -\n");
}

TEST_CASE("the library is likes, saved albums and own playlists", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  const auto library = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("library"));
  };
  // Track 1 comes with the saved album "FIRST" of Ada, track 3 with the playlist (dated by it).
  CHECK(library(kEnd) == "track ts\n2 -\n0 2000\n3 2500\n1 3000\n4 5000\n");
  CHECK(library(2999) == "track ts\n2 -\n0 2000\n3 2500\n");
  CHECK(library(2499) == "track ts\n2 -\n0 2000\n");
}

TEST_CASE("saved artists have liked or saved tracks, or were saved themselves", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  // Ada: One and One - Live; Cy: Three (undated) and as the second artist of One; Bo: saved.
  CHECK(as_text(*store.as_of(kEnd)->table("saved_artists")) ==
        "artist tracks plays ts is_implicit\n0 2 2 2000 0\n1 2 1 - 0\n2 0 2 4000 0\n");
  CHECK(as_text(*store.as_of(1999)->table("saved_artists")) ==
        "artist tracks plays ts is_implicit\n1 1 1 - 0\n");
}

TEST_CASE("tracks heard to the end often enough are implicit likes", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  listen(store, {{7000, 12, 95000, 0}, {8000, 12, 89000, 0}});
  const auto tables = store.as_of(kEnd);
  const auto text = [&](const char* name) { return as_text(*tables->table(name)); };
  // A scrobble (track 1) is taken as heard to the end: its source tells neither length nor end.
  CHECK(text("implicit_likes:1") == "track ts is_implicit\n3 1000 1\n1 1400 1\n0 1500 1\n");
  CHECK(text("implicit_likes:2") == "track ts is_implicit\n3 7000 1\n");
  CHECK(text("implicit_likes:3") == "track ts is_implicit\n");
  CHECK(as_text(*store.as_of(7094)->table("implicit_likes:2")) == "track ts is_implicit\n");
  CHECK(text("implicit_saved_artists:2") == "artist tracks plays ts is_implicit\n2 1 4 7000 1\n");
  for (const char* name : {"implicit_likes:", "implicit_likes:0", "implicit_likes:-1",
                           "implicit_likes:2x", "implicit_likes"})
    CHECK(tables->table(name) == nullptr);
}

TEST_CASE("served tracks are those of earlier runs", "[as_of]") {
  SmallStore store;
  fill(store);
  const auto run = [&](int id, int user, const char* recipe, int now, std::int64_t seed,
                       const std::vector<int>& tracks) {
    store.execute("INSERT INTO runs VALUES (" + std::to_string(id) + ", " + std::to_string(user) +
                  ", '" + recipe + "', '', " + std::to_string(now) + ", " + std::to_string(seed) +
                  ", '', '', '', '', '', '', '', '', 0)");
    for (std::size_t k = 0; k < tracks.size(); ++k)
      store.execute("INSERT INTO run_tracks VALUES (" + std::to_string(id) + ", " +
                    std::to_string(k) + ", " + std::to_string(tracks[k]) + ")");
  };
  store.change("INSERT INTO users (user_id, name) VALUES (2, 'bob')");
  run(1, 1, "weekly.lua", 7000, 42, {13, 10});
  run(2, 1, "mood.lua", 6000, 42, {10, 99});
  run(3, 1, "weekly.lua", 8000, -1, {14});
  run(4, 2, "weekly.lua", 6500, 42, {11});
  const std::string names = "track ts recipe\n";
  const auto served = [](const engine::AsOfOptions& options) {
    return as_text(*engine::load_as_of(options)->table("served"));
  };
  engine::AsOfOptions options = store.options(kEnd);
  CHECK(served(options) ==
        names + "0 6000 mood.lua\n2 7000 weekly.lua\n0 7000 weekly.lua\n4 8000 weekly.lua\n");
  CHECK(served(store.options(8000)) ==
        names + "0 6000 mood.lua\n2 7000 weekly.lua\n0 7000 weekly.lua\n");
  CHECK(served(store.options(8000, "bob")) == names + "1 6500 weekly.lua\n");
  options.exclude_runs_from = 2;
  CHECK(served(options) == names + "2 7000 weekly.lua\n0 7000 weekly.lua\n");
  options = store.options(kEnd);
  options.exclude_recipe = "weekly.lua";
  options.exclude_random_seed = 42;
  CHECK(served(options) == names + "0 6000 mood.lua\n4 8000 weekly.lua\n");
  options.exclude_random_seed = static_cast<std::uint64_t>(-1);
  CHECK(served(options) == names + "0 6000 mood.lua\n2 7000 weekly.lua\n0 7000 weekly.lua\n");
}

TEST_CASE("embeddings have a row per track, NaN where a track has none", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change(
      "INSERT INTO embeddings VALUES ('taste', 10, 2, x'0000803F00000040'),"
      " ('taste', 14, 2, x'0000404000008040'), ('taste', 12, 1, x'0000803F')");
  const auto tables = store.as_of(kEnd);
  CHECK(as_text(*tables->embedding("taste")) == "1 2\n- -\n- -\n- -\n3 4\n");
  CHECK(as_text(*store.as_of(1099)->embedding("taste")) == "1 2\n- -\n- -\n");
  CHECK(tables->embedding("other") == nullptr);
}

TEST_CASE("the space audio is made of the features where the store has none", "[as_of]") {
  SmallStore store;
  fill(store);
  store.change(
      "UPDATE tracks SET danceability = 0.5, energy = 0.25, loudness = -15, speechiness = 0.125, "
      "acousticness = 1, instrumentalness = 0, liveness = 0.5, valence = 0.75, tempo = 125 "
      "WHERE track_id = 10");
  const auto tables = store.as_of(kEnd);
  // The live version has none of its own; the others lack most.
  const std::string none = "- - - - - - - - -\n";
  CHECK(as_text(*tables->embedding("audio")) ==
        "0.5 0.25 0.75 0.125 1 0 0.5 0.75 0.5\n" + none + none + none + none);
}

TEST_CASE("prompts and captions are seen from their time on, texts that are not seen in no form",
          "[as_of][prompts]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change(
      "INSERT INTO users (user_id, name) VALUES (5, 'bob');"
      "INSERT INTO prompts (prompt_id, user_id, track_id, ts, text) VALUES "
      "(1, 1, NULL, 3000, 'late'), (2, 1, 12, 1050, 'calm'), (3, NULL, 10, 2000, 'a piano'), "
      "(4, 5, 10, 1500, 'bob''s own'), (5, 1, 14, 3000, 'late'), (6, NULL, 10, 4000, 'calm');");
  const auto prompts = [&](std::int64_t now, const std::string& user = "ann") {
    return as_text(*store.as_of(now, user)->table("prompts"), {"ts", "text", "track"});
  };
  const auto captions = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("captions"), {"track", "ts", "text"});
  };
  // Track 12 is known from 1100 on, track 14 from 5000 on.
  CHECK(prompts(1049) == "ts text track\n");
  CHECK(prompts(1099) == "ts text track\n1050 calm -\n");
  CHECK(prompts(1100) == "ts text track\n1050 calm 3\n");
  CHECK(prompts(3000) == "ts text track\n1050 calm 3\n3000 late -\n3000 late -\n");
  CHECK(prompts(kEnd) == "ts text track\n1050 calm 3\n3000 late -\n3000 late 4\n");
  CHECK(prompts(kEnd, "bob") == "ts text track\n1500 bob's own 0\n");
  CHECK(captions(1099) == "track ts text\n");
  CHECK(captions(1999) == "track ts text\n0 1500 bob's own\n3 1050 calm\n");
  CHECK(captions(kEnd) ==
        "track ts text\n0 1500 bob's own\n0 2000 a piano\n0 4000 calm\n3 1050 calm\n4 3000 "
        "late\n");
  const auto early = store.as_of(1999);
  for (const char* table : {"prompts", "captions"}) {
    CAPTURE(table);
    const playlist_dict& texts = *engine::find_column(*early->table(table), "text")->dict;
    const std::string bytes(texts.bytes, texts.offsets[texts.count]);
    CHECK_THAT(bytes, !Catch::Contains("late") && !Catch::Contains("piano"));
  }
}

TEST_CASE("lyrics of files are seen with their track, a service's from their time on",
          "[as_of][lyrics]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change(
      "INSERT INTO track_lyrics (track_id, source, path, ts, is_instrumental, text) VALUES "
      "(10, 'lrclib', '', 2000, 0, 'of the service'), (12, 'tag', '/a.mp3', 0, 0, 'in the tag'), "
      "(12, 'lrclib', '', 1050, 0, 'does not count'), (11, 'lrclib', '', 3000, 1, ''), "
      "(13, 'lrclib', '', 1000, 0, ''), (14, 'file', '/b.mp3', 0, 0, 'late');");
  const auto lyrics = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("lyrics"), {"track", "ts", "text"});
  };
  // Track 12 is known from 1100 on, track 14 from 5000 on; 13 was asked for and not found.
  CHECK(lyrics(1099) == "track ts text\n");
  CHECK(lyrics(1999) == "track ts text\n3 0 in the tag\n");
  CHECK(lyrics(2000) == "track ts text\n0 2000 of the service\n3 0 in the tag\n");
  const auto early = store.as_of(1999);
  const playlist_dict& texts = *engine::find_column(*early->table("lyrics"), "text")->dict;
  const std::string bytes(texts.bytes, texts.offsets[texts.count]);
  CHECK_THAT(bytes, !Catch::Contains("service") && !Catch::Contains("late"));
}

TEST_CASE("what services recommend is seen from when they did to when they did no more",
          "[as_of][services]") {
  SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO users (user_id, name) VALUES (2, 'bob');"
      "INSERT INTO tracks (track_id, title, artist_id, key, in_catalogue) VALUES "
      "(15, 'Five', 2, 'bo/five', 0), (16, 'Six', 2, 'bo/six', 0);"
      "INSERT INTO recommendations (user_id, service, channel, track_id, ts, ended_at, score, "
      "seed_id, told_by) VALUES (1, 'lastfm', 'similar', 10, 2000, NULL, 0.5, 12, 1), "
      "(1, 'lastfm', 'similar', 13, 2000, 3000, 0.9, NULL, 1), "
      "(1, 'lastfm', 'similar', 13, 3000, NULL, 0.1, NULL, 2), "
      "(1, 'lastfm', 'secret', 15, 2500, NULL, NULL, 16, 2), "
      "(2, 'lastfm', 'similar', 11, 1000, NULL, 1, NULL, 1);");
  const auto rows = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("recommendations"),
                   {"track", "ts", "channel", "score", "seed"});
  };
  const auto known = [&](std::int64_t now) { return store.as_of(now)->table("tracks")->rows; };
  CHECK(rows(1999) == "track ts channel score seed\n");
  // The seed is known when it comes into a playlist.
  CHECK(rows(2000) == "track ts channel score seed\n2 2000 similar 0.9 -\n0 2000 similar 0.5 -\n");
  CHECK(known(2499) == 3);
  CHECK(known(2500) == 5);  // what is recommended is known since, as what is in a playlist
  CHECK(rows(2999) ==
        "track ts channel score seed\n2 2000 similar 0.9 -\n0 2000 similar 0.5 3\n"
        "4 2500 secret - -\n");
  CHECK(rows(3000) ==
        "track ts channel score seed\n0 2000 similar 0.5 3\n4 2500 secret - -\n"
        "2 3000 similar 0.1 -\n");
  const auto early = store.as_of(2499);
  const playlist_dict& texts =
      *engine::find_column(*early->table("recommendations"), "channel")->dict;
  CHECK_THAT(std::string(texts.bytes, texts.offsets[texts.count]), !Catch::Contains("secret"));
}

TEST_CASE("tracks and relations that a service told are seen from then on", "[as_of][services]") {
  SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (4, 'Di', 'di');"
      "INSERT INTO tracks (track_id, title, artist_id, key, in_catalogue) VALUES "
      "(15, 'Five', 4, 'di/five', 0);"
      "INSERT INTO track_artists VALUES (15, 0, 4);"
      "INSERT INTO service_tracks VALUES ('deezer', 15, 2000), ('deezer', 10, 9000);"
      "INSERT INTO artist_relations (artist_id, related_id, weight, ts) VALUES "
      "(1, 4, 0.75, 1500);");
  const auto related = [&](std::int64_t now) {
    const auto tables = store.as_of(now);
    const playlist_lists& lists = *tables->lists("artist_relations");
    std::string text;
    for (std::uint64_t k = lists.offsets[0]; k < lists.offsets[1]; ++k)
      text += std::string(engine::text_of(*engine::find_column(*tables->table("artists"), "name"),
                                          lists.values[k])) +
              " " + std::to_string(lists.weights[k]).substr(0, 4) + "; ";
    return text;
  };
  CHECK(related(1499) == "Cy 0.50; ");
  CHECK(related(1500) == "Cy 0.50; Di 0.75; ");
  CHECK(store.as_of(1999)->track_number(15) < 0);
  CHECK(store.as_of(2000)->track_number(15) >= 0);
  CHECK(store.as_of(0)->track_number(10) >= 0);  // a catalogue had told of it, always
}

TEST_CASE("vectors of prompts are seen with them, in the length of the tracks' vectors",
          "[as_of][prompts]") {
  SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO embeddings VALUES ('clap', 10, 2, x'000000400000803F');"
      "INSERT INTO prompts (prompt_id, user_id, ts, text) VALUES "
      "(1, 1, 2000, 'Late, Night!'), (2, 1, 1000, 'calm'), (3, 1, 3000, 'late night'), "
      "(4, 1, 1500, 'of another length');"
      "INSERT INTO prompt_vectors VALUES ('clap', 1, 2, x'0000803F00000000'), "
      "('clap', 2, 2, x'000000000000803F'), ('clap', 3, 2, x'0000803F0000803F'), "
      "('clap', 4, 1, x'0000803F'), ('mert', 4, 1, x'0000803F');");
  const auto texts = [&](std::int64_t now, const char* name) {
    return as_text(*store.as_of(now)->table(name), {"text", "ts"});
  };
  const char* clap = "prompt_vectors:clap";
  CHECK(texts(999, clap) == "text ts\n");
  CHECK(texts(2999, clap) == "text ts\ncalm 1000\nlate night 2000\n");
  CHECK(texts(kEnd, clap) == "text ts\ncalm 1000\nlate night 2000\nlate night 3000\n");
  CHECK(as_text(*store.as_of(2999)->embedding(clap)) == "0 1\n1 0\n");
  CHECK(as_text(*store.as_of(999)->embedding(clap)) == "");
  CHECK(texts(kEnd, "prompt_vectors:mert") == "text ts\nof another length 1500\n");
  CHECK(texts(kEnd, "prompt_vectors:none") == "text ts\n");
  CHECK(store.as_of(kEnd)->embedding("prompt_vectors:none") == nullptr);
}

TEST_CASE("engagement is seen from the day it was told, of tracks known by then", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change(
      "INSERT INTO engagement (track_id, plays, likes, skip_rate, ts) VALUES "
      "(12, 10, NULL, 0.25, 1050), (10, 500, 20, NULL, 1000), (13, 7, 0, 1, 3000);");
  const auto told = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("engagement"));
  };
  const std::string head = "track ts plays likes comments skip_rate completion\n";
  CHECK(told(999) == head);
  CHECK(told(1099) == head + "0 1000 500 20 - - -\n");  // 12 is known from 1100 on
  CHECK(told(1100) == head + "0 1000 500 20 - - -\n3 1050 10 - - 0.25 -\n");
  CHECK(told(3000) == head + "0 1000 500 20 - - -\n2 3000 7 0 - 1 -\n3 1050 10 - - 0.25 -\n");
}

TEST_CASE("unknown names give nothing, known ones an empty table", "[as_of]") {
  SmallStore store;
  const auto tables = store.as_of(kEnd);
  for (const std::string& name : test::declared_names()) {
    CAPTURE(name);
    REQUIRE(tables->table(name) != nullptr);
    CHECK(tables->table(name)->rows == (name == "user" ? 1 : 0));  // whose they are
  }
  for (const char* name : {"implicit_likes:", "implicit_likes:x", "implicit_saved_artists:0"})
    CHECK(tables->table(name) == nullptr);
  for (const char* name : {"track_artists", "artist_tracks", "track_tags", "tag_tracks",
                           "artist_tags", "artist_relations", "artist_users", "artist_playlists"}) {
    REQUIRE(tables->lists(name) != nullptr);
    CHECK(tables->lists(name)->rows == 0);
  }
  CHECK(tables->embedding("audio")->rows == 0);
  CHECK(tables->table("users") == nullptr);
  CHECK(tables->lists("tracks") == nullptr);
  CHECK(tables->user_name() == "ann");
  CHECK(tables->timezone() == "Europe/Berlin");
  CHECK(tables->track_count() == 0);
}

TEST_CASE("numbers are found by the store's ids, where these are close together", "[as_of]") {
  SmallStore store;
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (2, 'Ada', 'ada'), (900000, 'B', 'b');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES "
      "(1, 'Heard', 2, 0), (2, 'One', 2, 1), (4, 'Two', 900000, 1);"
      "INSERT INTO listens VALUES (1, 1000, 1, 60000, 0, NULL, 1)");
  const auto tables = store.as_of(2000);
  CHECK(as_text(*tables->table("tracks"), {"id"}) == "id\n2\n4\n1\n");
  CHECK(as_text(*tables->table("tracks_by_id"), {"number"}) == "number\n-1\n2\n0\n-1\n1\n");
  CHECK(tables->table("artists_by_id")->rows == 0);
  CHECK(as_text(*store.as_of(500)->table("tracks_by_id"), {"number"}) ==
        "number\n-1\n-1\n0\n-1\n1\n");
}

TEST_CASE("a store of one track has it everywhere", "[as_of]") {
  SmallStore store;
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (1, 'One', 1, 1)");
  const auto tables = store.as_of(0);
  CHECK(as_text(*tables->table("tracks"), {"id", "title", "artist_name", "energy"}) ==
        "id title artist_name energy\n1 One Ada -\n");
  CHECK(as_text(*tables->lists("artist_tracks")) == "0: 0\n");
  CHECK(as_text(*tables->table("track_statistics"), {"plays", "days_since_played"}) ==
        "plays days_since_played\n0 -\n");
}

TEST_CASE("a track's genres are its own tags, or else its artist's strong ones", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  // One and Two have tags of their own, One - Live has Ada's; more tracks have rock than jazz.
  CHECK(as_text(*store.as_of(kEnd)->table("track_genres")) ==
        "genre tags\nrock rock\nrock rock\n- -\nrock rock, jazz\n- -\n");
  store.change("INSERT INTO artist_tags VALUES (2, 2, 3), (2, 1, 1), (3, 2, 4), (3, 1, 1.9)");
  // What the artist has more strongly comes first; less than half as strong is not the artist's.
  CHECK(as_text(*store.as_of(kEnd)->table("track_genres")) ==
        "genre tags\nrock rock\nrock rock\njazz jazz\njazz jazz, rock\n- -\n");
}

TEST_CASE("what is in a playlist stands by its name and place, while it is in it", "[as_of]") {
  SmallStore store;
  fill(store);
  fill_listens(store);
  store.change(
      "INSERT INTO playlists (playlist_id, user_id, name, external_id, ts) VALUES "
      "(5, 1, 'Anew', '', 3000), (6, 1, 'mine', 'b', 2700);"
      "INSERT INTO playlist_tracks VALUES (5, 0, 13, 0), (6, 0, 11, 0);"
      "INSERT INTO holdings (user_id, kind, id, name, teller, ts, ended_at) VALUES "
      "(1, 6, 13, 'mine', 'spotify', 2400, 2650), (1, 6, 13, 'gone', 'spotify', 2400, 2650)");
  const auto playlists = [&](std::int64_t now) {
    return as_text(*store.as_of(now)->table("playlist_tracks"));
  };
  CHECK(playlists(kEnd) ==
        "playlist track place ts\nAnew 2 0 3000\nmine 3 0 2500\nmine 0 1 2600\nmine 1 2 2700\n");
  CHECK(playlists(2600) ==
        "playlist track place ts\ngone 2 0 2400\nmine 3 0 2500\nmine 0 1 2600\nmine 2 2 2400\n");
  CHECK(playlists(2399) == "playlist track place ts\n");
}
