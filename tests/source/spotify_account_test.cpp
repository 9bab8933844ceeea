#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

TEST_CASE("spotify_account reads plays to the minute", "[source]") {
  const SourceRun run = read_fixture("spotify_account/StreamingHistory_music_0.json");
  REQUIRE(run.source == "source.spotify_account");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 3);
  CHECK(listens[0]["ts"] == "1767348100");  // 2026-01-02 10:05 less 200 s
  CHECK(listens[0]["precision"] == "60");
  CHECK(listens[0]["ms_played"] == "200000");
  CHECK(listens[1]["artist"] == "Niña Óxido");
  CHECK(listens[1]["ms_played"] == "0");
  CHECK(listens[2]["ms_played"] == "28849400");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}, {"malformed", 1}});
  CHECK(run.reason("malformed") == "endTime is no time from 2000 on: \"soon\"");
}

TEST_CASE("spotify_account leaves podcasts and audiobooks", "[source]") {
  const SourceRun podcasts = read_fixture("spotify_account/StreamingHistory_podcast_0.json");
  CHECK(podcasts.source == "source.spotify_account");
  CHECK(podcasts.rows->bucket_sizes() == Sizes{{"podcast", 1}});
  const SourceRun books = read_fixture("spotify_account/StreamingHistory_audiobook_0.json");
  CHECK(books.rows->bucket_sizes() == Sizes{{"audiobook", 1}});
}

TEST_CASE("spotify_library reads likes, albums, artists and bans", "[source]") {
  const SourceRun run = read_fixture("spotify_account/YourLibrary.json");
  REQUIRE(run.source == "source.spotify_library");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 9);

  const auto likes = run.of("likes");
  REQUIRE(likes.size() == 2);
  CHECK(likes[0]["title"] == "Glass Harbour");
  CHECK(likes[1]["title"] == "My Demo");  // a local file
  CHECK(likes[1]["artist"] == "Me");
  CHECK(likes[1]["spotify_id"] == "");
  CHECK(likes[0]["spotify_id"] == "0000000000000000000001");
  CHECK(likes[0]["ts"] == "");
  REQUIRE(run.of("saved_albums").size() == 1);
  CHECK(run.of("saved_albums")[0]["album"] == "Cuatro");
  REQUIRE(run.of("saved_artists").size() == 1);
  CHECK(run.of("saved_artists")[0]["artist"] == "Paper \"Moon\" Choir");
  const auto banned = run.of("banned");
  REQUIRE(banned.size() == 2);
  CHECK(banned[0]["title"] == "Drill at Seven");
  CHECK(banned[1]["title"] == "");
  CHECK(banned[1]["artist"] == "Loud Neighbour");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}, {"other", 1}, {"podcast", 1}});
  CHECK(run.whole_lists() == "likes, saved_albums, saved_artists, banned of spotify");
}

TEST_CASE("spotify_library tells all of a list only where its section is there and whole",
          "[source]") {
  const auto whole = [](const std::string& text) {
    return read_source("YourLibrary.json", text).whole_lists();
  };
  CHECK(whole(R"({"tracks":[],"albums":[]})") == "likes, saved_albums of spotify");
  CHECK(whole(R"({"tracks":[],"bannedTracks":[]})") == "likes of spotify");
  CHECK(whole(R"({"tracks":[{"artist":"A","album":"B","track":"C"},)") == "");
}

TEST_CASE("spotify_library reads the form without addresses", "[source]") {
  const SourceRun run = read_fixture("spotify_account/2020/YourLibrary.json");
  REQUIRE(run.source == "source.spotify_library");
  CHECK(run.rows->problem() == "");
  REQUIRE(run.of("likes").size() == 1);
  CHECK(run.of("likes")[0]["spotify_id"] == "");
  CHECK(run.of("likes")[0]["artist"] == "The Tin Sailors");
}

TEST_CASE("spotify_library keeps the sections behind a broken item", "[source]") {
  const std::string bytes = R"({"tracks":[{"artist":"A","album":"B","track":"C"},)"
                            R"({"artist":"D","album":tru,"track":"E"}],)"
                            R"("albums":[{"artist":"F","album":"G"}],"shows":[]})";
  const SourceRun run = read_source("YourLibrary.json", bytes);
  REQUIRE(run.source == "source.spotify_library");
  CHECK(run.rows->problem() == "");
  CHECK(run.of("likes").size() == 1);
  CHECK(run.of("saved_albums").size() == 1);
  CHECK(run.reason("malformed") == "byte 72: a value is expected");
}

TEST_CASE("spotify_playlists reads playlists and their items in order", "[source]") {
  const SourceRun run = read_fixture("spotify_account/Playlist1.json");
  REQUIRE(run.source == "source.spotify_playlists");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 9);  // 3 playlists, 6 items

  const auto playlists = run.of("playlists");
  REQUIRE(playlists.size() == 3);
  CHECK(playlists[0]["playlist"] == "Evenings");
  CHECK(playlists[0]["description"] == "for [calm], \"late\" hours");
  CHECK(playlists[0]["ts"] == "1767398400");  // 2026-01-03
  CHECK(playlists[0]["playlist_id"] == "");
  CHECK(playlists[1]["playlist"] == "Empty");
  CHECK(playlists[2]["playlist_id"] == "#2");  // the second "Evenings"

  const auto tracks = run.of("playlist_tracks");
  REQUIRE(tracks.size() == 4);
  CHECK(tracks[0]["position"] == "0");
  CHECK(tracks[0]["ts"] == "1767312000");  // 2026-01-02
  CHECK(tracks[0]["spotify_id"] == "0000000000000000000001");
  CHECK(tracks[1]["position"] == "2");
  CHECK(tracks[1]["title"] == "My Demo");  // a local file
  CHECK(tracks[1]["artist"] == "Me");
  CHECK(tracks[2]["position"] == "4");
  CHECK(tracks[2]["title"] == "Ceniza y Sal");
  CHECK(tracks[3]["playlist_id"] == "#2");
  CHECK(tracks[3]["album"] == "1989");
  CHECK(run.rows->bucket_sizes() == Sizes{{"podcast", 1}, {"empty", 1}});
}

TEST_CASE("spotify_playlists keeps the playlists around a broken item", "[source]") {
  std::string bytes = fixture("spotify_account/Playlist1.json");
  const std::string whole = "\"trackName\": \"Glass Harbour\"";
  bytes.replace(bytes.find(whole), whole.size(), "\"trackName\": \"Glass Har");
  const SourceRun run = read_source("Playlist1.json", bytes);
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 9);
  CHECK(run.of("playlists").size() == 3);
  CHECK(run.of("playlist_tracks").size() == 3);
  CHECK(run.rows->bucket_sizes()["malformed"] == 1);
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::Contains("a playlist is broken at byte"));
}

TEST_CASE("no like comes out of the number of a track", "[source]") {
  // Albums and libraries of other programs; the engine's own JSON is one of them.
  for (const std::string bytes :
       {R"({"title": "x", "tracks": [{"position": 1, "track": 17, "artist": "A"}]})",
        R"({"album": "C", "tracks": [{"track": 1, "name": "B", "artist": "A"}]})",
        R"({"type": "playlist", "tracks": {"items": [{"type": "artist"}, {"type": "track"}]}})"}) {
    CAPTURE(bytes);
    CHECK(read_source("list.json", bytes).source == "");
  }
  const SourceRun named = read_source(
      "YourLibrary.json",
      R"({"tracks": [{"artist": "A", "album": "C", "track": 17}, {"artist": "A", "track": "17"}]})");
  CHECK(named.source == "source.spotify_library");
  CHECK(named.of("likes").size() == 1);
  CHECK(named.reason("malformed") == "track is no text: \"17\"");
}
