// What privacy.apple.com sends of Apple Music.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

SourceRun read_sound(const std::string& name, const std::string& source) {
  SourceRun run = read_fixture("apple/" + name);
  CHECK(run.source == source);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

/// The same with these files of the export beside it.
SourceRun read_beside(const std::string& name, const std::vector<std::string>& beside,
                      const std::string& source) {
  std::map<std::string, std::string> settings;
  for (const std::string& file : beside) {
    settings["beside:" + file] = fixture("apple/" + file) + std::string(64, '\0');
  }
  SourceRun run = read_source_set("apple/" + name, fixture("apple/" + name), settings);
  CHECK(run.source == source);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

}  // namespace

TEST_CASE("apple_library reads tracks with opinions and their last play", "[source]") {
  const SourceRun run = read_sound("Apple Music Library Tracks.json", "source.apple_library");
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 3);
  CHECK(tracks[0]["title"] == "Glass Harbour");
  CHECK(tracks[0]["artist"] == "The Tin Sailors");
  CHECK(tracks[0]["duration_ms"] == "251000");
  CHECK(tracks[0]["year"] == "2019");
  CHECK(tracks[0]["tags"] == "Folk");
  CHECK(tracks[2]["title"] == "1989");
  REQUIRE(run.of("likes").size() == 2);
  CHECK(run.of("likes")[0]["ts"] == "1735689600");
  CHECK(run.of("likes")[1]["title"] == "1989");
  REQUIRE(run.of("banned").size() == 1);
  CHECK(run.of("banned")[0]["title"] == "Ceniza");
  REQUIRE(run.of("ratings").size() == 1);
  CHECK(run.of("ratings")[0]["rating"] == "4.5");
  REQUIRE(run.of("listens").size() == 1);
  CHECK(run.of("listens")[0]["ts"] == "1767225851");
  CHECK(run.of("listens")[0]["stamp"] == "2");
  CHECK(run.rows->bucket_sizes() == Sizes{{"video", 1}, {"empty", 1}});
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::StartsWith("14 plays have no time here"));
}

TEST_CASE("apple_library counts playlists that name no track", "[source]") {
  const SourceRun run = read_sound("Apple Music Library Playlists.json", "source.apple_library");
  CHECK(run.rows->bucket_sizes() == Sizes{{"unnamed", 1}, {"other", 1}});
  CHECK(run.reason("unnamed") == "a playlist of 2 tracks, none of which is named");
}

TEST_CASE("apple_library looks playlists up in the library beside them", "[source]") {
  const SourceRun run = read_beside("Apple Music Library Playlists.json",
                                    {"Apple Music Library Tracks.json"}, "source.apple_library");
  REQUIRE(run.of("playlists").size() == 1);
  CHECK(run.of("playlists")[0]["playlist"] == "Evenings");
  CHECK(run.of("playlists")[0]["playlist_id"] == "apple:7");
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 2);
  CHECK(items[0]["title"] == "Glass Harbour");
  CHECK(items[1]["artist"] == "Nina Falk");
  CHECK(items[1]["position"] == "1");
  CHECK(run.rows->bucket_sizes() == Sizes{{"other", 1}});
}

TEST_CASE("apple_lists makes listens of what was played on each day", "[source]") {
  const SourceRun run =
      read_sound("Apple Music - Play History Daily Tracks.csv", "source.apple_lists");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 7);
  CHECK(listens[0]["ts"] == "1767290400");  // 18:00
  CHECK(listens[1]["ts"] == "1767294000");  // 19:00
  CHECK(listens[2]["ts"] == "1767290400");  // again in the first of the two hours
  CHECK(listens[2]["repeat"] == "1");
  CHECK(listens[0]["ms_played"] == "251000");
  CHECK(listens[0]["precision"] == "3600");
  CHECK(listens[0]["artist"] == "The Tin Sailors");
  CHECK(listens[3]["title"] == "Ceniza - Live");
  CHECK(listens[3]["skipped"] == "1");
  CHECK(listens[3]["ms_played"] == "4000");
  CHECK(listens[4]["skipped"] == "");
  CHECK(listens[4]["ms_played"] == "");  // which of the two took how long is not told
  CHECK(listens[5]["skipped"] == "1");
  CHECK(listens[6]["precision"] == "86400");  // no hour
  CHECK(run.rows->bucket_sizes() == Sizes{{"video", 1}, {"empty", 1}, {"malformed", 1}});
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::StartsWith("the hours are taken for UTC"));
}

TEST_CASE("apple_lists takes favourites and dislikes", "[source]") {
  const SourceRun run = read_sound("Apple Music - Favorites.csv", "source.apple_lists");
  REQUIRE(run.of("likes").size() == 1);
  CHECK(run.of("likes")[0]["artist"] == "The Tin Sailors");
  CHECK(run.of("likes")[0]["ts"] == "1735689600");
  REQUIRE(run.of("banned").size() == 1);
  CHECK(run.of("banned")[0]["title"] == "Ceniza");
  REQUIRE(run.of("saved_albums").size() == 1);
  CHECK(run.of("saved_albums")[0]["album"] == "Low Tide");
  REQUIRE(run.of("saved_artists").size() == 1);
  CHECK(run.rows->bucket_sizes() == Sizes{{"other", 1}, {"empty", 1}});
  const SourceRun likes =
      read_source("Apple Music Likes and Dislikes.csv",
                  "Preference,Created,Last Modified,Item Reference,Item Description\n"
                  "LIKE,2025-01-01T00:00:00Z,2025-01-01T00:00:00Z,1,A - B\n");
  CHECK(likes.source == "source.apple_lists");
  CHECK(likes.of("likes").size() == 1);
}

TEST_CASE("apple_activity says where the artists are that it lacks", "[source]") {
  const SourceRun run = read_sound("Apple Music Play Activity.csv", "source.apple_activity");
  CHECK(run.rows->bucket_sizes() == Sizes{{"no_artist", 3}, {"other", 1}, {"malformed", 1}});
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::Contains("Play History Daily Tracks.csv"));
}

TEST_CASE("apple_activity finds artists in the files beside it", "[source]") {
  const SourceRun run = read_beside(
      "Apple Music Play Activity.csv",
      {"Apple Music Library Tracks.json", "Apple Music - Play History Daily Tracks.csv"},
      "source.apple_activity");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["artist_credit"] == "The Tin Sailors");  // by the album
  CHECK(listens[0]["ts"] == "1767290400");
  CHECK(listens[0]["ms_played"] == "251000");
  CHECK(listens[0]["reason_end"] == "trackdone");
  CHECK(listens[1]["artist_credit"] == "Nina Falk");  // by the day
  CHECK(listens[1]["ts"] == "1767337200");            // its end less 190 s
  CHECK(run.rows->bucket_sizes() == Sizes{{"no_artist", 1}, {"other", 1}, {"malformed", 1}});
  for (const CollectedRow& row : run.rows->rows) {
    for (const auto& [column, value] : row.values) CHECK_THAT(value, !Catch::Contains("secret"));
  }
}

TEST_CASE("apple_lists does not tell again what the table of single plays tells", "[source]") {
  const SourceRun run = read_beside("Apple Music - Play History Daily Tracks.csv",
                                    {"Apple Music Play Activity.csv"}, "source.apple_lists");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);  // of the songs that were not told
  CHECK(listens[0]["title"] == "Ceniza - Live");
  CHECK(listens[1]["title"] == "Ceniza");
  CHECK(run.rows->bucket_sizes() ==
        Sizes{{"other", 2}, {"video", 1}, {"empty", 1}, {"malformed", 1}});
  // Also beside one that names its artists, which another source reads.
  const std::string old =
      "Artist Name,Event End Timestamp,Event Type,Play Duration Milliseconds,Song Name\n"
      "The Tin Sailors,2026-01-01T18:04:11Z,PLAY_END,251000,Glass Harbour\n" +
      std::string(64, '\0');
  const SourceRun beside_old =
      read_source_set("days.csv", fixture("apple/Apple Music - Play History Daily Tracks.csv"),
                      {{"beside:Apple Music Play Activity.csv", old}});
  CHECK(beside_old.of("listens").size() == 4);
}
