// Databases of other programs: Navidrome, beets, Jellyfin's Playback Reporting.
#include <random>

#include <catch2/catch.hpp>

#include "support/made_database.hpp"
#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

SourceRun read_sound(const std::string& name, const std::string& bytes, const std::string& source,
                     const std::map<std::string, std::string>& settings = {}) {
  SourceRun run = read_source_set(name, bytes, settings);
  CHECK(run.source == source);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

/// As a server leaves it that keeps a log beside its database.
std::string in_log_mode(std::string bytes) {
  bytes[18] = bytes[19] = 2;
  return bytes;
}

}  // namespace

TEST_CASE("navidrome reads what one person played, starred and rated", "[source][databases]") {
  const std::string bytes = make_database_of("databases/navidrome.sql");
  for (const std::string& form : {bytes, in_log_mode(bytes)}) {
    const SourceRun run = read_sound("navidrome.db", form, "source.navidrome", {{"user", "ann"}});
    const auto tracks = run.of("tracks");
    REQUIRE(tracks.size() == 3);
    CHECK(tracks[0]["title"] == "Glass Harbour");
    CHECK(tracks[0]["artist_credit"] == "The Tin Sailors");
    CHECK(tracks[0]["isrc"] == "XXABC2600001");
    CHECK(tracks[0]["mbid"] == "00000000-0000-4000-8000-000000000002");
    CHECK(tracks[0]["duration_ms"] == "251300");
    CHECK(tracks[0]["year"] == "2019");
    CHECK(tracks[0]["tempo"] == "118");
    CHECK(tracks[0]["tags"] == "Folk\x1fSea");
    CHECK(tracks[1]["album"] == "");  // "[Unknown Album]"
    CHECK(tracks[1]["year"] == "");
    CHECK(tracks[1]["tempo"] == "");
    CHECK(tracks[1]["tags"] == "Pop");

    const auto listens = run.of("listens");
    REQUIRE(listens.size() == 4);
    CHECK(listens[0]["ts"] == "1767225600");
    CHECK(listens[0]["mbid"] == "00000000-0000-4000-8000-000000000002");
    CHECK(listens[1]["ts"] == "1767229200");
    CHECK(listens[2]["title"] == "Ceniza");
    CHECK(listens[3]["title"] == "Sal y Luz");  // the last play, which no scrobble tells
    CHECK(listens[3]["ts"] == "1764583200");
    CHECK(listens[3]["stamp"] == "3");

    REQUIRE(run.of("likes").size() == 1);
    CHECK(run.of("likes")[0]["title"] == "Glass Harbour");
    CHECK(run.of("likes")[0]["ts"] == "1748736000");
    const auto ratings = run.of("ratings");
    REQUIRE(ratings.size() == 3);
    CHECK(ratings[0]["album"] == "Low Tide");
    CHECK(ratings[0]["title"] == "");
    CHECK(ratings[0]["rating"] == "4");
    CHECK(ratings[1]["title"] == "Glass Harbour");
    CHECK(ratings[1]["ts"] == "1748822400");
    CHECK(ratings[2]["ts"] == "");
    REQUIRE(run.of("saved_albums").size() == 1);
    CHECK(run.of("saved_albums")[0]["artist"] == "The Tin Sailors");
    REQUIRE(run.of("saved_artists").size() == 1);

    REQUIRE(run.of("playlists").size() == 1);
    CHECK(run.of("playlists")[0]["description"] == "quiet");
    const auto items = run.of("playlist_tracks");
    REQUIRE(items.size() == 2);
    CHECK(items[0]["title"] == "Sal y Luz");
    CHECK(items[1]["title"] == "Glass Harbour");
    CHECK(items[1]["position"] == "1");

    // Bob's scrobble and annotation, the counts of one track, two playlists and their two rows.
    CHECK(run.rows->bucket_sizes() == Sizes{{"other", 7}, {"unnamed", 3}, {"empty", 1}});
    CHECK(run.rows->total == 4 + 5 + 7 + 3 + 5);
    REQUIRE(run.rows->notices.size() == 1);
    CHECK_THAT(run.rows->notices[0], Catch::StartsWith("8 plays are only counted there"));
    for (const CollectedRow& row : run.rows->rows) {
      for (const auto& [column, value] : row.values)
        CHECK_THAT(value, !Catch::Contains("example.org"));
    }
  }
}

TEST_CASE("navidrome needs to know whose plays are meant", "[source][databases]") {
  const std::string bytes = make_database_of("databases/navidrome.sql");
  const SourceRun run = read_source("navidrome.db", bytes);
  CHECK_THAT(run.error, Catch::Contains("several people played and liked (\"Ann\", \"Bob\")") &&
                            Catch::Contains("--user"));
  CHECK(run.rows->row_count == 0);
  const SourceRun bob = read_sound("navidrome.db", bytes, "source.navidrome", {{"user", "bob"}});
  CHECK(bob.of("listens").size() == 1);
  CHECK(bob.of("likes").size() == 1);
  CHECK(bob.of("playlists").size() == 1);
  // A server of one needs no name.
  const std::string alone = make_database_of(
      "databases/navidrome.sql",
      "DELETE FROM \"user\" WHERE id = 'u2'; DELETE FROM annotation WHERE user_id = 'u2'; "
      "DELETE FROM scrobbles WHERE user_id = 'u2'; DELETE FROM playlist WHERE owner_id = 'u2';");
  CHECK(read_sound("navidrome.db", alone, "source.navidrome").of("listens").size() == 4);
}

TEST_CASE("navidrome reads servers that keep no scrobbles", "[source][databases]") {
  const std::string old = make_database_of(
      "databases/navidrome.sql",
      "DROP TABLE scrobbles; ALTER TABLE annotation DROP COLUMN rated_at; ALTER TABLE media_file "
      "DROP COLUMN tags; ALTER TABLE media_file RENAME COLUMN mbz_recording_id TO mbz_track_id; "
      "ALTER TABLE media_file DROP COLUMN bpm; ALTER TABLE playlist DROP COLUMN rules;");
  const SourceRun run = read_sound("navidrome.db", old, "source.navidrome", {{"user", "Ann"}});
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 3);  // the last play of each track
  CHECK(listens[0]["mbid"] == "00000000-0000-4000-8000-000000000002");
  CHECK(listens[0]["ts"] == "1767229200");
  CHECK(run.of("ratings").size() == 3);
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::StartsWith("9 plays are only counted there"));
}

TEST_CASE("navidrome of a version that is not known is told, not half read",
          "[source][databases]") {
  const SourceRun run =
      read_source("navidrome.db",
                  make_database_of("databases/navidrome.sql",
                                   "ALTER TABLE annotation RENAME COLUMN play_date TO played;"));
  CHECK_THAT(run.error,
             Catch::Contains("it is of a version that is not known: its table annotation has no "
                             "column play_date"));
  CHECK(run.rows->row_count == 0);
}

TEST_CASE("beets reads tags, paths and flexible attributes", "[source][databases]") {
  const SourceRun run =
      read_sound("library.db", make_database_of("databases/beets.sql"), "source.beets");
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 3);
  CHECK(tracks[0]["title"] == "Glass Harbour");
  CHECK(tracks[0]["artist"] == "The Tin Sailors\x1fNina Falk");
  CHECK(tracks[0]["isrc"] == "XXABC2600001");
  CHECK(tracks[0]["mbid"] == "00000000-0000-4000-8000-000000000002");
  CHECK(tracks[0]["duration_ms"] == "251300");
  CHECK(tracks[0]["tempo"] == "118");
  CHECK(tracks[0]["key"] == "3");
  CHECK(tracks[0]["mode"] == "0");
  CHECK(tracks[0]["tags"] == "Folk\x1fSea Song\x1fmood:calm\x1fmood:wistful\x1fstyle:Ballad");
  CHECK(tracks[1]["title"] == "Ceniza");  // by its path
  CHECK(tracks[1]["artist_credit"] == "Nina Falk");
  CHECK(tracks[1]["album"] == "Sal y Luz");
  CHECK(tracks[1]["duration_ms"] == "");
  CHECK(tracks[2]["spotify_id"] == "0000000000000000000001");
  CHECK(tracks[2]["energy"] == "0.42");
  CHECK(tracks[2]["tempo"] == "121.5");
  CHECK(tracks[2]["danceability"] == "");  // 7 is none
  CHECK(tracks[2]["key"] == "0");
  CHECK(tracks[2]["mode"] == "1");
  REQUIRE(run.of("listens").size() == 1);
  CHECK(run.of("listens")[0]["ts"] == "1767225851");
  CHECK(run.of("listens")[0]["artist"] == "The Tin Sailors\x1fNina Falk");
  CHECK(run.of("ratings").empty());
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}});
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::StartsWith("4 plays are only counted there"));
}

TEST_CASE("jellyfin reads plays of music from the plugin's database", "[source][databases]") {
  const SourceRun run = read_sound("playback_reporting.db",
                                   make_database_of("databases/jellyfin.sql"), "source.jellyfin");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1767225600");
  CHECK(listens[0]["artist_credit"] == "The Tin Sailors, Nina Falk");
  CHECK(listens[0]["title"] == "Glass Harbour");
  CHECK(listens[0]["album"] == "Low Tide (Deluxe)");
  CHECK(listens[0]["ms_played"] == "240000");
  CHECK(listens[0]["device"] == "Kitchen");
  CHECK(listens[1]["title"] == "Ceniza - Live");
  CHECK(listens[1]["album"] == "");
  CHECK(listens[1]["ms_played"] == "");
  CHECK(run.rows->bucket_sizes() == Sizes{{"video", 1}, {"empty", 1}, {"malformed", 1}});
  CHECK(run.rows->notices.empty());
  const std::string two = make_database_of(
      "databases/jellyfin.sql",
      "INSERT INTO PlaybackActivity SELECT DateCreated, 'f' || substr(UserId, 2), ItemId, "
      "ItemType, "
      "ItemName, PlaybackMethod, ClientName, DeviceName, PlayDuration FROM PlaybackActivity;");
  CHECK_THAT(read_source("playback_reporting.db", two).error,
             Catch::Contains("the plays of several people"));
  // Before the plugin kept UTC: the listener's clock, which nobody told here.
  const std::string before = make_database_of("databases/jellyfin.sql", "PRAGMA user_version = 0;");
  const SourceRun old = read_source("playback_reporting.db", before);
  REQUIRE(old.rows->notices.size() == 1);
  CHECK_THAT(old.rows->notices[0], Catch::Contains("timezone"));
}

TEST_CASE("jellyfin_report reads the plugin's backup", "[source][databases]") {
  const SourceRun run = read_fixture("databases/PlaybackReportingBackup.tsv");
  CHECK(run.source == "source.jellyfin_report");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1767225600");
  CHECK(listens[0]["title"] == "Glass Harbour");
  CHECK(listens[1]["ts"] == "1767225900");  // by the zone it names
  CHECK(listens[1]["title"] == "\"Ceniza\"");
  CHECK(listens[1]["ms_played"] == "");
  CHECK(run.rows->bucket_sizes() == Sizes{{"video", 1}, {"malformed", 1}});
}

TEST_CASE("a database of another program is nobody's", "[source][databases]") {
  const std::string other =
      make_database("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);");
  for (const char* source : {"source.navidrome", "source.beets", "source.jellyfin"}) {
    const SourceRun run = read_with(source, "notes.db", other);
    CHECK_THAT(run.error, Catch::StartsWith("no table"));
    CHECK(run.rows->row_count == 0);
  }
}

TEST_CASE("what a database's schema says is not run", "[source][databases]") {
  // A view in the place of a table: to read it would run what it says.
  const std::string view = make_database_of(
      "databases/jellyfin.sql",
      "ALTER TABLE PlaybackActivity RENAME TO x; CREATE VIEW PlaybackActivity AS SELECT * FROM x;");
  const SourceRun run = read_with("source.jellyfin", "playback_reporting.db", view);
  CHECK(run.error == "no table of Playback Reporting");
}

TEST_CASE("damaged databases are told, and no row is counted twice", "[source][databases]") {
  std::mt19937_64 random(20260101);
  for (const char* name : {"navidrome", "beets", "jellyfin"}) {
    const std::string bytes = make_database_of("databases/" + std::string(name) + ".sql");
    for (int round = 0; round < 150; ++round) {
      std::string broken = bytes;
      for (std::size_t k = random() % 20 + 1; k > 0; --k) {
        broken[random() % broken.size()] = static_cast<char>(random());
      }
      if (random() % 4 == 0) broken.resize(random() % broken.size());
      CAPTURE(name, round);
      const SourceRun run = read_with("source." + std::string(name), "x.db", broken);
      if (run.error.empty()) REQUIRE(run.rows->problem() == "");
    }
  }
}
