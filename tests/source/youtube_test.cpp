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
