// What sources say of who told a play: which end, which tool, and which equal row it is.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;

TEST_CASE("spotify tells ends and counts equal rows of one minute", "[source]") {
  const std::string row =
      R"({"endTime": "2025-03-09 20:03", "artistName": "A", "trackName": "T", "msPlayed": 45000})";
  const std::string other =
      R"({"endTime": "2025-03-09 20:03", "artistName": "A", "trackName": "T", "msPlayed": 44000})";
  const auto account = read_source("StreamingHistory_music_0.json",
                                   "[" + row + "," + other + "," + row + "," + row + "]")
                           .of("listens");
  REQUIRE(account.size() == 4);
  for (const auto& listen : account) CHECK(listen["stamp"] == "2");
  CHECK(account[0]["repeat"] == "");
  CHECK(account[1]["repeat"] == "");
  CHECK(account[2]["repeat"] == "1");
  CHECK(account[3]["repeat"] == "2");
  const auto extended = read_source("Streaming_History_Audio_2025.json",
                                    R"([{"ts": "2025-03-09T20:00:50Z", "ms_played": 45000,
      "master_metadata_track_name": "T", "master_metadata_album_artist_name": "A",
      "spotify_track_uri": "spotify:track:0000000000000000000001"}])")
                            .of("listens");
  REQUIRE(extended.size() == 1);
  CHECK(extended[0]["stamp"] == "2");
}

TEST_CASE("equal rows are counted across batches", "[source]") {
  std::string text = "[";
  for (int k = 0; k < 40'000; ++k) {
    text += std::string(k > 0 ? "," : "") +
            R"({"endTime": "2025-03-09 20:03", "artistName": "A", "trackName": "T)" +
            std::to_string(k % 39'999) + R"(", "msPlayed": 1000})";
  }
  const auto listens = read_source("StreamingHistory0.json", text + "]").of("listens");
  REQUIRE(listens.size() == 40'000);
  CHECK(listens[39'998]["repeat"] == "");
  CHECK(listens[39'999]["repeat"] == "1");
}

TEST_CASE("lastfm_csv names the tool by its layout", "[source]") {
  const auto minutes =
      read_source("a.csv", "A,L,T,\"22 Mar 2021, 16:55\"\nA,L,T,\"22 Mar 2021, 16:55\"\n")
          .of("listens");
  REQUIRE(minutes.size() == 2);
  CHECK(minutes[0]["stamp"] == "1");
  CHECK(minutes[0]["teller"] == "artist, album, track, time");
  CHECK(minutes[1]["repeat"] == "1");
  const auto seconds =
      read_source("b.csv", "uts,utc_time,artist,album,track\n1616432100,x,A,L,T\n").of("listens");
  REQUIRE(seconds.size() == 1);
  CHECK(seconds[0]["teller"] == "uts,utc_time,artist,album,track");
  // lastfmstats.com writes the person's name into the header: that is no other tool.
  const auto stats =
      read_source("c.csv", "Artist;Album;AlbumId;Track;Date#ann\nA;L;;T;1616431860000\n")
          .of("listens");
  REQUIRE(stats.size() == 1);
  CHECK(stats[0]["teller"] == "artist,album,albumid,track,date");
}

TEST_CASE("listenbrainz tells the client and what may be stamped with the end", "[source]") {
  const auto listen = [](const std::string& info) {
    return R"({"listened_at": 1748973850, "track_metadata": {"track_name": "T", "artist_name": "A",)"
           R"( "additional_info": {)" +
           info + "}}}\n";
  };
  const auto listens =
      read_source(
          "1.jsonl",
          listen(R"("submission_client": "poller", "music_service": "spotify.com", )"
                 R"("duration_ms": 250000)") +
              listen(R"("submission_client": "player", "media_player": "Radio", "duration": 250)") +
              listen(""))
          .of("listens");
  REQUIRE(listens.size() == 3);
  CHECK(listens[0]["stamp"] == "3");
  CHECK(listens[0]["teller"] == "poller");
  CHECK(listens[0]["duration_ms"] == "250000");
  CHECK(listens[1]["stamp"] == "1");
  CHECK(listens[1]["teller"] == "player");
  CHECK(listens[1]["device"] == "Radio");
  CHECK(listens[1]["duration_ms"] == "250000");
  CHECK(listens[2]["stamp"] == "1");
  CHECK(listens[2]["teller"] == "");
  CHECK(listens[2]["duration_ms"] == "");
}
