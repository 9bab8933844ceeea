#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

SourceRun read_tracks(const std::string& file, const std::string& columns = "") {
  SourceRun run = read_fixture("tracks/" + file, columns);
  CHECK(run.source == "source.tracks_csv");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

CollectedRow only_track(const std::string& file) {
  const auto tracks = read_tracks(file).of("tracks");
  REQUIRE(tracks.size() == 1);
  return tracks[0];
}

}  // namespace

TEST_CASE("tracks_csv reads Kaggle's dataset.csv", "[source]") {
  const SourceRun run = read_tracks("dataset.csv");
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 3);
  CHECK(tracks[0]["artist"] == "The Tin Sailors\x1fNiña Óxido");
  CHECK(tracks[0]["tags"] == "sea-rock");
  CHECK(tracks[1]["tags"] == "harbour pop");
  CHECK(tracks[0]["instrumentalness"] == "1.01e-06");
  CHECK(tracks[0]["explicit"] == "0");
  // Only the id of this one is known; 0 and -1 stand for unknown, 0.9 dB is loud but real.
  CHECK(tracks[2]["title"] == "");
  CHECK(tracks[2]["spotify_id"] == "0000000000000000000002");
  CHECK(tracks[2]["tempo"] == "");
  CHECK(tracks[2]["time_signature"] == "");
  CHECK(tracks[2]["duration_ms"] == "");
  CHECK(tracks[2]["key"] == "");
  CHECK(tracks[2]["loudness"] == "0.9");
  CHECK(run.reason("malformed") == "danceability is no number: \"loud\"");
}

TEST_CASE("tracks_csv reads Python's lists of artists", "[source]") {
  const CollectedRow track = only_track("tracks_features.csv");
  CHECK(track["artist"] == "The Tin Sailors\x1fNiña's Óxido");
  CHECK(track["artist_id"] ==
        "0000000000000000000040\x1f"
        "0000000000000000000041");
  CHECK(track["album_id"] == "0000000000000000000050");
  CHECK(track["year"] == "1999");
  CHECK(track["time_signature"] == "4");  // was 4.0
  const CollectedRow older = only_track("tracks.csv");
  CHECK(older["artist"] == "The Tin Sailors");
  CHECK(older["year"] == "1922");
  CHECK(older["explicit"] == "0");
}

TEST_CASE("tracks_csv reads spotify_songs.csv with its playlists", "[source]") {
  const SourceRun run = read_tracks("spotify_songs.csv");
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 4);
  CHECK(tracks[0]["tags"] ==
        "pop\x1f"
        "dance pop");
  CHECK(tracks[0]["year"] == "2019");
  CHECK(tracks[1]["title"] == "");  // NA, NA: no names at all
  CHECK(tracks[1]["album"] == "");
  CHECK(tracks[1]["spotify_id"] == "0000000000000000000002");

  const auto playlists = run.of("playlists");
  REQUIRE(playlists.size() == 2);
  CHECK(playlists[0]["playlist"] == "Harbour Nights");
  CHECK(playlists[0].values.count("owner") == 1);  // "": nobody's here
  CHECK(playlists[0]["owner"] == "");
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 4);
  CHECK(items[1]["position"] == "1");
  CHECK(items[2]["position"] == "0");
  CHECK(items[3]["playlist"] == "Other List");
}

TEST_CASE("tracks_csv keeps a band called None where the names are quoted", "[source]") {
  const SourceRun run = read_source("x.csv",
                                    "track_id,track_name,artist_name,energy\n"
                                    "0000000000000000000001,\"Null\",\"None\",0.5\n"
                                    "0000000000000000000002,NA,The Tin Sailors,0.5\n");
  CHECK(run.rows->problem() == "");
  REQUIRE(run.of("tracks").size() == 2);
  CHECK(run.of("tracks")[0]["artist"] == "None");
  CHECK(run.of("tracks")[1]["title"] == "NA");
}

TEST_CASE("tracks_csv reads the other track tables", "[source]") {
  const CollectedRow hit = only_track("dataset-of-00s.csv");
  CHECK(hit["spotify_id"] == "0000000000000000000001");
  CHECK(hit["key"] == "4");  // was 4.0
  CHECK(hit["mode"] == "1");
  CHECK(only_track("activity_study.csv")["album"] == "Low Tide");
  const CollectedRow mood = only_track("data_moods.csv");
  CHECK(mood["tags"] == "mood:calm");
  CHECK(mood["duration_ms"] == "318800");
  CHECK(mood["artist"] == "Paper \"Moon\" Choir");
  CHECK(only_track("track_features.csv")["spotify_id"] == "0000000000000000000001");
  const CollectedRow joined = only_track("relational/track.csv");
  CHECK(joined["artist_id"] == "0000000000000000000040");
  CHECK(joined["album_id"] == "0000000000000000000050");
  CHECK(joined["popularity"] == "63");
  CHECK(only_track("relational/audio.csv")["duration_ms"] == "157710");
}

TEST_CASE("tracks_csv says what it leaves out", "[source]") {
  const SourceRun scale = read_tracks("acoustic_features.csv");
  REQUIRE(scale.of("tracks").size() == 2);
  CHECK(scale.of("tracks")[1]["instrumentalness"] == "6e-05");  // 6,00E-05
  CHECK(scale.of("tracks")[1]["valence"] == "");
  CHECK(scale.rows->notices == std::vector<std::string>{"valence outside 0 .. 1: left out"});

  const SourceRun deezer = read_tracks("deezer_valence_arousal.csv");
  REQUIRE(deezer.of("tracks").size() == 1);
  CHECK(deezer.of("tracks")[0]["valence"] == "");
  CHECK(deezer.rows->notices ==
        std::vector<std::string>{"valence is standardised, not 0 .. 1: left out"});
}

TEST_CASE("tracks_csv reads tables of artists", "[source]") {
  const auto artists = read_tracks("relational/artist.csv").of("artists");
  REQUIRE(artists.size() == 1);
  CHECK(artists[0]["artist"] == "The Tin Sailors");
  CHECK(artists[0]["artist_id"] == "0000000000000000000040");
  CHECK(artists[0]["popularity"] == "97");
  CHECK(artists[0]["tags"] == "sea rock\x1fharbour pop");

  const auto means = read_tracks("data_by_artist.csv").of("artists");
  REQUIRE(means.size() == 1);
  CHECK(means[0]["artist"] == "\"Tin\" Cast, The");
  CHECK(means[0]["energy"] == "0.376203");
  CHECK(means[0]["key"] == "5");

  const SourceRun genres = read_tracks("artist_genres.csv");
  REQUIRE(genres.of("artist_tags").size() == 1);
  CHECK(genres.of("artist_tags")[0]["tag"] == "sea rock");
  CHECK(genres.rows->bucket_sizes() == Sizes{{"empty", 1}});
}

TEST_CASE("tracks_csv counts albums and captions and keeps none", "[source]") {
  CHECK(read_tracks("relational/album.csv").rows->bucket_sizes() == Sizes{{"album", 1}});
  CHECK(read_tracks("musiccaps.csv").rows->bucket_sizes() == Sizes{{"caption", 1}});
}

TEST_CASE("tracks_csv reads any table by the columns the user names", "[source]") {
  CHECK(read_fixture("tracks/own_table.csv").source == "");
  const SourceRun run = read_tracks("own_table.csv", "title=TrackName, artist=Band,tempo=Beats");
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0]["title"] == "Glass Harbour");
  CHECK(tracks[0]["artist"] == "The Tin Sailors");
  CHECK(tracks[0]["tempo"] == "121.9");
  CHECK(tracks[1]["tempo"] == "");
}

TEST_CASE("tracks_csv names what is wrong with the user's columns", "[source]") {
  CHECK_THAT(read_fixture("tracks/own_table.csv", "title=TrackName,artist=Bnad").error,
             Catch::Contains("the file has no column \"Bnad\"; it has nr, trackname, band, beats"));
  CHECK_THAT(read_fixture("tracks/own_table.csv", "title=TrackName,singer=Band").error,
             Catch::Contains("there is no field \"singer\"; there are title, artist, album"));
}
