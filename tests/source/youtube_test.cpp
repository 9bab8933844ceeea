// Google Takeout of YouTube and YouTube Music.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

TEST_CASE("youtube_history tells music from videos", "[source]") {
  const SourceRun run = read_fixture("youtube/watch-history.json");
  REQUIRE(run.source == "source.youtube_history");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 5);
  CHECK(listens[0]["ts"] == "1767225600");
  CHECK(listens[0]["title"] == "Glass Harbour");
  CHECK(listens[0]["artist"] == "The Tin Sailors");
  CHECK(listens[1]["title"] == "Ceniza (Live at Home)");  // what is the song's own stays
  CHECK(listens[1]["artist_credit"] == "Nina Falk");
  CHECK(listens[2]["title"] == "Sal y Luz");  // the sentence is German, its space a hard one
  CHECK(listens[2]["artist"] == "NinaFalk");
  CHECK(listens[2]["ts"] == "1767226200");
  CHECK(listens[3]["title"] == "Low Tide");  // music on YouTube itself
  CHECK(listens[4]["title"] == "Zhlédnuto Sextant");
  CHECK(run.rows->bucket_sizes() ==
        Sizes{{"video", 1}, {"advertisement", 1}, {"other", 1}, {"unnamed", 1}, {"malformed", 1}});
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0],
             Catch::StartsWith("1 titles stand in a sentence of a language that is not known"));
}

TEST_CASE("youtube_lists takes library songs as likes and counts ids without names", "[source]") {
  const SourceRun songs = read_fixture("youtube/music library songs.csv");
  REQUIRE(songs.source == "source.youtube_lists");
  CHECK(songs.rows->problem() == "");
  REQUIRE(songs.of("likes").size() == 2);
  CHECK(songs.of("likes")[0]["title"] == "Glass Harbour");
  CHECK(songs.of("likes")[0]["artist"] == "The Tin Sailors");
  CHECK(songs.of("likes")[1]["title"] == "Ceniza, y Sal");
  CHECK(songs.rows->bucket_sizes() == Sizes{{"empty", 1}});
  CHECK(songs.whole_lists() == "likes of youtube_music");

  const SourceRun videos = read_fixture("youtube/Evenings-videos.csv");
  CHECK(videos.source == "source.youtube_lists");
  CHECK(videos.rows->bucket_sizes() == Sizes{{"unnamed", 2}});
  const SourceRun names = read_fixture("youtube/playlists.csv");
  CHECK(names.source == "source.youtube_lists");
  CHECK(names.rows->bucket_sizes() == Sizes{{"other", 1}});
  // With the history and the library beside it the ids are named.
  const std::map<std::string, std::string> beside = {
      {"beside:watch-history.json", fixture("youtube/watch-history.json") + std::string(64, '\0')},
      {"beside:music library songs.csv",
       "Video ID,Song Title,Album Title,Artist Name 1\nzzzzzzzzzzz,Sextant,Low Tide,The Tin "
       "Sailors\n" +
           std::string(64, '\0')}};
  const std::string evenings =
      "Video ID,Playlist Video Creation Timestamp\nzzzzzzzzzzz,2026-01-01T00:00:00+00:00\n"
      "bbbbbbbbbbb,2026-01-01T00:00:00+00:00\neeeeeeeeeee,2026-01-01T00:00:00+00:00\n";
  const SourceRun named = read_source_set("Evenings-videos.csv", evenings, beside);
  CHECK(named.rows->problem() == "");
  REQUIRE(named.of("playlists").size() == 1);
  CHECK(named.of("playlists")[0]["playlist"] == "Evenings");
  const auto items = named.of("playlist_tracks");
  REQUIRE(items.size() == 2);
  CHECK(items[0]["title"] == "Sextant");
  CHECK(items[0]["ts"] == "1767225600");
  CHECK(items[1]["title"] == "Ceniza (Live at Home)");
  CHECK(items[1]["artist_credit"] == "Nina Falk");
  CHECK(named.rows->bucket_sizes() == Sizes{{"unnamed", 1}});  // the kettle
  const SourceRun liked = read_source_set("Liked music.csv", evenings, beside);
  CHECK(liked.of("likes").size() == 2);
  CHECK(liked.of("playlists").empty());
  // A playlist as Takeout wrote it before 2023: its own table first.
  const SourceRun old = read_source("Evenings.csv",
                                    "Playlist ID,Channel ID,Time Created,Time Updated,Title,"
                                    "Description,Visibility\nPL1,UC1,2020-01-01 00:00:00 UTC,"
                                    "2020-01-01 00:00:00 UTC,Evenings,,Private\n\n"
                                    "Video ID,Time Added\naaaaaaaaaaa,2020-01-01 00:00:00 UTC\n");
  CHECK(old.source == "source.youtube_lists");
  CHECK(old.rows->problem() == "");
  CHECK(old.rows->bucket_sizes() == Sizes{{"other", 2}, {"unnamed", 1}});
}
