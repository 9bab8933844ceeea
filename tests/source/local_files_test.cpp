// Files of the listener's own in Spotify's exports: "spotify:local:ARTIST:ALBUM:TITLE:SECONDS".
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;

namespace {

/// A playlist whose only item is this local file.
SourceRun read_playlist(const std::string& uri) {
  return read_source("Playlist1.json",
                     R"({"playlists":[{"name":"P","lastModifiedDate":"2026-01-01","items":[)"
                     R"({"track":null,"localTrack":{"uri":")" +
                         uri + R"("},"addedDate":"2026-01-02"}],"numberOfFollowers":0}]})");
}

}  // namespace

TEST_CASE("a local file is known by what its address says", "[source][local]") {
  struct File {
    const char *uri, *artist, *album, *title;
  };
  const File file = GENERATE(values<File>({
      {"spotify:local:Gran%27s+Choir:Church+1987:Evening+Hymn:183", "Gran's Choir", "Church 1987",
       "Evening Hymn"},
      {"spotify:local:A::Old+Road%3A+Part+2:201", "A", "", "Old Road: Part 2"},
      {"spotify:local:Ni%C3%B1a+%C3%93xido:B:Ceniza:1", "Niña Óxido", "B", "Ceniza"},
      {"spotify:local:A%2BB:C:100%25:60", "A+B", "C", "100%"},
      {"spotify:local:A:B:50%+more:60", "A", "B", "50% more"},
      {"spotify:local:A:B:C", "A", "B", "C"},
      {"spotify:local:A:B:C:", "A", "B", "C"},
  }));
  CAPTURE(file.uri);
  const SourceRun run = read_playlist(file.uri);
  CHECK(run.rows->problem() == "");
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 1);
  CHECK(items[0]["artist"] == file.artist);
  CHECK(items[0]["album"] == file.album);
  CHECK(items[0]["title"] == file.title);
  CHECK(items[0]["spotify_id"] == "");
  CHECK(items[0]["position"] == "0");
  CHECK(items[0]["ts"] == "1767312000");
}

TEST_CASE("a local file without a name is left out by what is known of it", "[source][local]") {
  const auto reason = [](const char* uri) { return read_playlist(uri).reason("local"); };
  CHECK(reason("spotify:local:::Evening+Hymn:183") == "Evening Hymn");
  CHECK(reason("spotify:local:Gran:::183") == "Gran");
  CHECK(reason("spotify:local::::") == "no name");
}

TEST_CASE("a play of a local file counts under the names of its address", "[source][local]") {
  const SourceRun run = read_source(
      "Streaming_History_Audio_2026.json",
      R"([{"ts":"2026-01-01T10:00:00Z","ms_played":60000,"master_metadata_track_name":null,)"
      R"("master_metadata_album_artist_name":null,"spotify_track_uri":)"
      R"("spotify:local:Gran%27s+Choir:Church:Evening+Hymn:183"}])");
  CHECK(run.rows->problem() == "");
  REQUIRE(run.of("listens").size() == 1);
  CHECK(run.of("listens")[0]["artist"] == "Gran's Choir");
  CHECK(run.of("listens")[0]["title"] == "Evening Hymn");
}

TEST_CASE("listenbrainz tells the artists of a listen one by one where it can", "[source]") {
  const auto listen = [](const std::string& info, const std::string& mapping) {
    return read_source("1.jsonl",
                       R"({"listened_at":1767225600,"track_metadata":{"artist_name":"A, B",)"
                       R"("track_name":"Song","additional_info":{)" +
                           info + "}" + mapping + "}}\n")
        .of("listens");
  };
  const auto alone = listen("", "");
  REQUIRE(alone.size() == 1);
  CHECK(alone[0]["artist"] == "");
  CHECK(alone[0]["artist_credit"] == "A, B");
  const auto named = listen(R"("artist_names":["A, B"])", "");
  CHECK(named[0]["artist"] == "A, B");
  CHECK(named[0]["artist_credit"] == "");
  CHECK(listen(R"("artist_names":["A","B"])", "")[0]["artist"] ==
        "A\x1f"
        "B");
  CHECK(listen(R"("artist_names":[])", "")[0]["artist_credit"] == "A, B");
  CHECK(listen(R"("artist_names":"A")", "")[0]["artist_credit"] == "A, B");
  const auto mapped =
      listen(R"("artist_names":["A, B"])",
             R"(,"mbid_mapping":{"artists":[{"artist_credit_name":"A","join_phrase":", "},)"
             R"({"artist_credit_name":"B","join_phrase":""}]})");
  CHECK(mapped[0]["artist"] ==
        "A\x1f"
        "B");
}
