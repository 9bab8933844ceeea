#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

TEST_CASE("mpd reads playlists that belong to nobody", "[source]") {
  const SourceRun run = read_fixture("mpd/mpd.slice.0-1.json");
  REQUIRE(run.source == "source.mpd");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 5);  // 2 playlists, 3 tracks
  const auto playlists = run.of("playlists");
  REQUIRE(playlists.size() == 2);
  CHECK(playlists[0]["playlist_id"] == "mpd:0");
  CHECK(playlists[0].values.count("owner") == 1);
  CHECK(playlists[1]["description"] == "at sea");
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 3);
  CHECK(items[1]["position"] == "1");
  CHECK(items[2]["playlist"] == "Night");
  // The track of both playlists is handed over once.
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0]["duration_ms"] == "226863");
  CHECK(tracks[1]["artist_id"] == "0000000000000000000041");
}

TEST_CASE("mpd keeps the playlists around a broken track", "[source]") {
  std::string bytes = fixture("mpd/mpd.slice.0-1.json");
  bytes.replace(bytes.find("226863"), 6, "22x863");
  const SourceRun run = read_source("slice.json", bytes);
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 5);
  CHECK(run.of("playlists").size() == 2);
  CHECK(run.of("playlist_tracks").size() == 2);
  CHECK(run.rows->bucket_sizes() == Sizes{{"malformed", 1}});
}

TEST_CASE("hetrec hands over ids that other files name", "[source]") {
  const SourceRun artists = read_fixture("hetrec/artists.dat");
  REQUIRE(artists.source == "source.hetrec");
  CHECK(artists.rows->problem() == "");
  REQUIRE(artists.of("artists").size() == 2);
  CHECK(artists.of("artists")[1]["artist_id"] == "hetrec:2");
  CHECK(artists.of("artists")[1]["artist"] == "Niña \"Óxido\"");

  const SourceRun tags = read_fixture("hetrec/tags.dat");
  REQUIRE(tags.of("tags").size() == 2);
  CHECK(tags.of("tags")[1]["tag"] == "chañson");  // the file is Latin-1

  const SourceRun plays = read_fixture("hetrec/user_artists.dat");
  CHECK(plays.rows->problem() == "");
  REQUIRE(plays.of("artist_plays").size() == 1);
  CHECK(plays.of("artist_plays")[0]["user"] == "hetrec:2");
  CHECK(plays.of("artist_plays")[0]["plays"] == "13883");
  CHECK(plays.reason("malformed") == "no number: \"x\"");

  const auto tagged = read_fixture("hetrec/user_taggedartists.dat").of("artist_tags");
  REQUIRE(tagged.size() == 1);
  CHECK(tagged[0]["artist_id"] == "hetrec:1");
  CHECK(tagged[0]["tag_id"] == "hetrec:2");
  CHECK(read_fixture("hetrec/user_friends.dat").of("user_relations").size() == 2);
}

TEST_CASE("benchmark recognises what holds no music", "[source]") {
  CHECK(read_fixture("benchmark/train.txt").rows->bucket_sizes() == Sizes{{"benchmark", 4}});
  CHECK(read_fixture("benchmark/cf-train-10-users.dat").rows->bucket_sizes() ==
        Sizes{{"benchmark", 5}});
  CHECK(read_fixture("benchmark/published.csv").rows->bucket_sizes() == Sizes{{"benchmark", 1}});
  CHECK(read_fixture("benchmark/mood_centroids.json").rows->bucket_sizes() ==
        Sizes{{"embedding", 2}});
}

TEST_CASE("no source takes what is none of its files", "[source]") {
  CHECK(read_source("README.md", "# Notes\n\n- one, two\n- three\n").source == "");
  CHECK(read_source("a.json", R"({"name":"x","version":1})").source == "");
  CHECK(read_source("a.csv", "a,b\n1,2\n").source == "");
  CHECK(read_source("empty", "").source == "");
  CHECK(read_source("blank lines between numbers", "0 1\n\r \n2 3\n3 4\n").source == "");
  CHECK(read_source("photo.jpg", std::string("\xff\xd8\xff\xe0\0\x10JFIF", 10)).source == "");
}
