#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;

TEST_CASE("spotify_extended reads the start of a play from its end", "[source]") {
  const SourceRun run = read_fixture("spotify_extended/Streaming_History_Audio_2023_0.json");
  REQUIRE(run.source == "source.spotify_extended");
  REQUIRE(run.error == "");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 12);

  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 6);
  CHECK(listens[0].record == 0);
  CHECK(listens[0]["ts"] == "1682935200");  // 2023-05-01 10:03:20 less 200 s
  CHECK(listens[0]["ms_played"] == "200000");
  CHECK(listens[0]["title"] == "Glass Harbour");
  CHECK(listens[0]["artist"] == "The Tin Sailors");
  CHECK(listens[0]["album"] == "Low Tide");
  CHECK(listens[0]["spotify_id"] == "0000000000000000000001");
  CHECK(listens[0]["reason_start"] == "trackdone");
  CHECK(listens[0]["reason_end"] == "trackdone");
  CHECK(listens[0]["country"] == "EE");
  CHECK(listens[0]["device"] == "linux");
  CHECK(listens[0]["skipped"] == "0");
  CHECK(listens[0]["incognito"] == "0");
  // 29.001 s before 10:03:50 is cut to the whole second before.
  CHECK(listens[1]["ts"] == "1682935400");
  CHECK(listens[1]["skipped"] == "1");
}

TEST_CASE("spotify_extended takes unknown values as unknown and unifies spellings", "[source]") {
  const SourceRun run = read_fixture("spotify_extended/Streaming_History_Audio_2023_0.json");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 6);
  CHECK(listens[1]["country"] == "");  // ZZ
  CHECK(listens[2]["title"] == "1989");
  CHECK(listens[2]["album"] == "1989");  // a JSON number
  CHECK(listens[2]["artist"] == "Paper \"Moon\" Choir");
  CHECK(listens[2]["reason_start"] == "clickrow");  // was click-row
  CHECK(listens[2]["reason_end"] == "clickrow");
  CHECK(listens[2]["skipped"] == "");
  CHECK(listens[2]["shuffle"] == "");
  CHECK(listens[3]["title"] == "My Demo");  // a local file
  CHECK(listens[3]["spotify_id"] == "");
  CHECK(listens[4]["title"] == "");  // withdrawn from the catalogue: the id is left
  CHECK(listens[4]["spotify_id"] == "0000000000000000000004");
  CHECK(listens[5]["ms_played"] == "215000");  // was a text
  CHECK(listens[5]["reason_end"] == "unexpected-exit");
}

TEST_CASE("spotify_extended puts what is no listen into buckets", "[source]") {
  const SourceRun run = read_fixture("spotify_extended/Streaming_History_Audio_2023_0.json");
  CHECK(
      run.rows->bucket_sizes() ==
      std::map<std::string, int>{{"podcast", 1}, {"audiobook", 1}, {"empty", 1}, {"malformed", 3}});
  CHECK(run.reason("malformed", 0) ==
        "ms_played is not between 0 and 24 hours in milliseconds: \"90000000\"");
  CHECK(run.reason("malformed", 1) == "ts is no time from 2000 on: \"yesterday\"");
}

TEST_CASE("spotify_extended reads the old schema in one unsorted line", "[source]") {
  const SourceRun run = read_fixture("spotify_extended/endsong_0.json");
  REQUIRE(run.source == "source.spotify_extended");
  CHECK(run.rows->problem() == "");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 3);
  CHECK(listens[2]["ts"] == "1682935200");
  CHECK(listens[2]["incognito"] == "1");
}

TEST_CASE("spotify_extended never hands over from which address was listened", "[source]") {
  for (const char* file : {"Streaming_History_Audio_2023_0.json", "endsong_0.json"}) {
    const SourceRun run = read_fixture(std::string("spotify_extended/") + file);
    for (const CollectedRow& row : run.rows->rows) {
      for (const auto& [column, value] : row.values) {
        CHECK(value != "192.0.2.1");
        CHECK((value != "linux" || column == "device"));
      }
    }
  }
}

TEST_CASE("spotify_extended counts a video file and leaves it", "[source]") {
  const SourceRun run = read_fixture("spotify_extended/Streaming_History_Video_2023.json");
  REQUIRE(run.source == "source.spotify_extended");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->bucket_sizes() == std::map<std::string, int>{{"video", 2}});
}

TEST_CASE("spotify_extended is known by its keys, not by its name", "[source]") {
  const std::string bytes = fixture("spotify_extended/endsong_0.json");
  CHECK(read_source("download (3)", bytes).source == "source.spotify_extended");
  CHECK(read_source("Streaming_History_Audio_2020_1.json", "[]").source ==
        "source.spotify_extended");
  CHECK(read_source("anything.json", "[]").source == "");
}
