#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

SourceRun read_exportify(const std::string& file) {
  SourceRun run = read_fixture("exportify/" + file);
  CHECK(run.source == "source.exportify");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

}  // namespace

TEST_CASE("exportify takes liked songs as dated likes", "[source]") {
  const SourceRun run = read_exportify("liked_songs.csv");
  const auto likes = run.of("likes");
  REQUIRE(likes.size() == 2);
  CHECK(likes[0]["ts"] == "1732934344");  // 2024-11-30T02:39:04Z
  CHECK(likes[0]["artist"] == "The Tin Sailors");
  CHECK(likes[1]["ts"] == "1683356880");  // 5/6/2023 7:08, month first
  CHECK(run.of("playlists").empty());
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}});
  CHECK(run.whole_lists() == "likes of spotify");

  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0]["artist"] == "The Tin Sailors\x1fMarlow, The Elder");
  CHECK(tracks[0]["danceability"] == "0.611");  // below four tabs in its title
  CHECK(tracks[0]["instrumentalness"] == "8.17e-06");
  CHECK(tracks[0]["tags"] == "sea rock\x1fharbour pop");
  CHECK(tracks[0]["year"] == "1981");
  CHECK(tracks[1]["year"] == "2019");
  CHECK(tracks[1]["popularity"] == "");  // undefined
}

TEST_CASE("exportify tells all likes only in a file that is called just that", "[source]") {
  const std::string text = fixture("exportify/liked_songs.csv");
  const auto whole = [&](const std::string& name) { return read_source(name, text).whole_lists(); };
  for (const char* name : {"liked_songs.csv", "Liked Songs (2).csv", "Saved tracks.csv",
                           "Liked.csv", "Lieblingssongs.csv"}) {
    CAPTURE(name);
    CHECK(whole(name) == "likes of spotify");
  }
  for (const char* name : {"my_liked_songs.csv", "liked_90s.csv", "Saved tracks of May.csv"}) {
    CAPTURE(name);
    CHECK(whole(name) == "");
  }
}

TEST_CASE("exportify takes a file without tracks as an empty playlist", "[source]") {
  const std::string text = fixture("exportify/watsonbox_2015.csv");
  const SourceRun run = read_source("Nothing_yet.csv", text.substr(0, text.find('\n') + 1));
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 1);
  REQUIRE(run.of("playlists").size() == 1);
  CHECK(run.of("playlists")[0]["playlist"] == "Nothing yet");
  const SourceRun likes = read_source("liked_songs.csv", text.substr(0, text.find('\n') + 1));
  CHECK(likes.rows->total == 0);
  CHECK(likes.whole_lists() == "likes of spotify");
}

TEST_CASE("exportify names a playlist after its file", "[source]") {
  const SourceRun run = read_exportify("watsonbox_2015.csv");
  REQUIRE(run.of("playlists").size() == 1);
  CHECK(run.of("playlists")[0]["playlist"] == "watsonbox 2015");
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 2);
  CHECK(items[0]["playlist"] == "watsonbox 2015");
  CHECK(items[0]["spotify_id"] == "0000000000000000000001");
  CHECK(items[0]["ts"] == "1431770400");  // 2015-05-16 10:00
  CHECK(items[1]["title"] == "My Demo");  // a local file keeps its place
  CHECK(items[1]["position"] == "1");
  CHECK(items[1]["spotify_id"] == "");
  CHECK(run.rows->bucket_sizes().empty());
}

TEST_CASE("exportify reads the second header and its artists", "[source]") {
  const SourceRun run = read_exportify("watsonbox_2018.csv");
  REQUIRE(run.of("tracks").size() == 1);
  CHECK(run.of("tracks")[0]["artist"] == "The Tin Sailors\x1fNiña Óxido");
  CHECK(run.of("tracks")[0]["duration_ms"] == "215000");
  CHECK(run.of("playlist_tracks")[0]["artist"] == "The Tin Sailors");
}

TEST_CASE("exportify tells commas in names from commas between them", "[source]") {
  const auto tracks = read_exportify("watsonbox_2020.csv").of("tracks");
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0]["artist"] == "The Tin Sailors\x1fMarlow, The Elder");
  CHECK(tracks[0]["artist_id"] ==
        "0000000000000000000040\x1f"
        "0000000000000000000041");
  CHECK(tracks[0]["title"] == "Glass \"Harbour\"");
  CHECK(tracks[0]["isrc"] == "XXABC2600001");
  CHECK(tracks[0]["explicit"] == "1");
  CHECK(tracks[0]["year"] == "2026");
  CHECK(tracks[1]["artist"] == "Marlow, The Elder");
}

TEST_CASE("exportify reads a translated header like the English one", "[source]") {
  const auto english = read_exportify("watsonbox_2020.csv").of("tracks");
  const auto german = read_exportify("deutsch_abende.csv").of("tracks");
  REQUIRE(german.size() == english.size());
  for (std::size_t k = 0; k < german.size(); ++k) CHECK(german[k].values == english[k].values);
}

TEST_CASE("exportify reads exportify.net", "[source]") {
  const SourceRun run = read_exportify("exportify_net.csv");
  REQUIRE(run.of("tracks").size() == 1);
  CHECK(run.of("tracks")[0]["artist"] == "Tyler Tin, The Creator\x1fNiña Óxido");
  CHECK(run.of("tracks")[0]["key"] == "9");
  CHECK(run.rows->bucket_sizes() == Sizes{{"podcast", 1}});
}

TEST_CASE("a list that the engine wrote as CSV is a playlist and said to be one", "[source]") {
  // As `engine run --to csv:evening.csv` writes it: every field in quotes, nobody added the tracks.
  const SourceRun run = read_source(
      "evening.csv",
      "\"Track URI\",\"Track Name\",\"Artist URI(s)\",\"Artist Name(s)\",\"Album Name\","
      "\"Track Duration (ms)\",\"Added By\",\"Added At\",\"Danceability\",\"Energy\"\n"
      "\"spotify:track:0000000000000000000001\",\"B\",\"\",\"A\",\"C\",\"200000\",\"\",\"\",\"0."
      "5\","
      "\"0.5\"\n");
  CHECK(run.source == "source.exportify");
  CHECK(run.of("likes").empty());
  CHECK(run.of("playlist_tracks").size() == 1);
  CHECK(run.rows->notices ==
        std::vector<std::string>{"nobody added these tracks, as in a list of this engine's own "
                                 "(--to csv): read as the person's playlist \"evening\""});
}
