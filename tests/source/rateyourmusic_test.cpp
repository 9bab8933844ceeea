// Tables of Rate Your Music, and lists as Soundiiz saves them.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

SourceRun read_sound(const std::string& path, const std::string& source) {
  SourceRun run = read_fixture(path);
  CHECK(run.source == source);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

}  // namespace

TEST_CASE("rateyourmusic reads what somebody thinks of albums", "[source]") {
  const SourceRun run = read_sound("rateyourmusic/user-music-export.csv", "source.rateyourmusic");
  const auto ratings = run.of("ratings");
  REQUIRE(ratings.size() == 2);
  CHECK(ratings[0]["artist"] == "The Tin Sailors");
  CHECK(ratings[0]["album"] == "Low Tide");
  CHECK(ratings[0]["title"] == "");
  CHECK(ratings[0]["rating"] == "4.5");
  CHECK(ratings[1]["artist"] == "Nina Falk");
  CHECK(ratings[1]["album"] == "Sal & Luz");
  CHECK(ratings[1]["rating"] == "1");  // half a star is the least that there is here
  const auto saved = run.of("saved_albums");
  REQUIRE(saved.size() == 2);
  CHECK(saved[0]["album"] == "Low Tide");
  CHECK(saved[1]["artist"] == "Falk & S'ons");
  CHECK(run.rows->bucket_sizes() == Sizes{{"unrated", 1}, {"malformed", 1}, {"empty", 1}});
}

TEST_CASE("rateyourmusic makes a playlist of a chart of songs", "[source]") {
  const SourceRun run = read_sound("rateyourmusic/top_songs.csv", "source.rateyourmusic");
  REQUIRE(run.of("playlists").size() == 1);
  CHECK(run.of("playlists")[0]["playlist"] == "top songs");
  CHECK(run.of("playlists")[0].values.count("owner") == 1);  // nobody's in this store
  CHECK(run.of("playlists")[0]["owner"] == "");
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 2);
  CHECK(items[1]["title"] == "Ceniza");
  CHECK(items[1]["position"] == "1");
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0]["tags"] == "Indie Folk\x1fSea Song");
  CHECK(tracks[0]["year"] == "2019");
  CHECK(tracks[1]["year"] == "1967");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}});
}

TEST_CASE("rateyourmusic takes genres of a chart of albums and counts lists of them", "[source]") {
  const SourceRun run = read_sound("rateyourmusic/top_albums.csv", "source.rateyourmusic");
  const auto tags = run.of("artist_tags");
  REQUIRE(tags.size() == 2);
  CHECK(tags[1]["artist"] == "The Tin Sailors");
  CHECK(tags[1]["tag"] == "Sea Song");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}});
  CHECK(read_sound("rateyourmusic/album_list.csv", "source.rateyourmusic").rows->bucket_sizes() ==
        Sizes{{"album", 1}});
}

TEST_CASE("soundiiz takes a file for a list of that name", "[source]") {
  const SourceRun run = read_sound("soundiiz/Road trip.csv", "source.soundiiz");
  REQUIRE(run.of("playlists").size() == 1);
  CHECK(run.of("playlists")[0]["playlist"] == "Road trip");
  CHECK(run.of("playlists")[0].values.count("owner") == 0);  // the person's own
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 2);
  CHECK(items[0]["artist_credit"] == "The Tin Sailors, Nina Falk");
  CHECK(items[0]["isrc"] == "XXABC2600001");
  CHECK(items[0]["spotify_id"] == "0000000000000000000001");
  CHECK(items[0]["ts"] == "1767225600");
  CHECK(items[1]["position"] == "1");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}});
  const SourceRun liked = read_source("Liked_Songs.csv", fixture("soundiiz/Road trip.csv"));
  CHECK(liked.of("likes").size() == 2);
  CHECK(liked.of("playlists").empty());
  // A table of tracks that says more is no list.
  CHECK(read_source("x.csv", "title;artist;album;isrc;energy;valence\nB;A;C;XXABC2600001;0.5;0.5\n")
            .source == "source.tracks_csv");
}
