// What `run` says of the files it writes, and what reaches them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

constexpr const char* kEverything = R"(local pl = require "playlist"
return pl.recipe { title = "Everything", build = function(p, user) return user.history:top(100) end })";

/// Somebody who has one Last.fm export: no track has an address anywhere.
struct LastfmHome : EngineHome {
  LastfmHome() {
    engine::write_file_atomically(path("everything.lua"), kEverything);
    engine::write_file_atomically(
        path("scrobbles.csv"),
        "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
        "1700000000,x,Ada,,First,,One,\n1700001000,x,Ada,,First,,Two,\n1700002000,x,Bo,,,,Three,"
        "\n");
    const Ended ended = engine({"import", path("scrobbles.csv")});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  }
};

}  // namespace

TEST_CASE("a run says what its files leave out or make up", "[outputs]") {
  const LastfmHome home;
  const std::string left_out = "3 of 3 tracks have no Spotify id and are left out";
  const std::string made_up = "3 of 3 tracks have no address";
  const std::vector<std::string> words = {"run",  home.path("everything.lua"),
                                          "--to", "uris:" + home.path("x.uris"),
                                          "--to", "m3u8:" + home.path("x.m3u8")};
  const Ended shown = home.engine(words);
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out + shown.err, Catch::Contains(left_out) && Catch::Contains(made_up));

  std::vector<std::string> as_json = words;
  as_json.emplace_back("--json");
  const json record = support::parse_json(home.engine(as_json).out);
  CHECK_THAT(record.at("notices").dump(), Catch::Contains(left_out) && Catch::Contains(made_up));
}

TEST_CASE("a file has a track's own features only, and lengths known from finished plays",
          "[outputs]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("everything.lua"), kEverything);
  engine::write_file_atomically(
      home.path("catalogue.csv"),
      "track_id,track_name,artist_name,energy,tempo,duration_ms\n"
      "4uLU6hMCjMI75M1A2tKUQC,Known,Ada,0.25,120,\n4uLU6hMCjMI75M1A2tKUQD,Unknown,Ada,,,\n");
  engine::write_file_atomically(
      home.path("Streaming_History_Audio_2023_0.json"),
      R"([{"ts":"2023-01-01T00:05:00Z","ms_played":201000,"master_metadata_track_name":"Unknown","master_metadata_album_artist_name":"Ada","master_metadata_album_album_name":"First","spotify_track_uri":"spotify:track:4uLU6hMCjMI75M1A2tKUQD","reason_start":"trackdone","reason_end":"trackdone","shuffle":false,"skipped":false,"offline":false,"incognito_mode":false}])");
  const Ended imported = home.engine(
      {"import", home.path("catalogue.csv"), home.path("Streaming_History_Audio_2023_0.json")});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  const std::string file = home.path("x.json");
  const Ended ended = home.engine(
      {"run", home.path("everything.lua"), "--to", "json:" + file, "--json", "--no-record"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json track = support::parse_json(engine::read_file(file)).at("tracks").at(0);
  CHECK(track.at("title") == "Unknown");
  CHECK(track.at("duration_ms") == 201'000);
  CHECK(track.at("features").at("energy").is_null());  // 0.25 is another track's
  CHECK(track.at("features").at("tempo").is_null());
  CHECK_THAT(engine::read_file(file), !Catch::Contains("or_artist"));
  const json record = support::parse_json(ended.out);
  CHECK(record.at("tracks").at(0).at("duration_ms") == 201'000);
  CHECK(record.at("statistics").at("feature_coverage").at("energy") == 0);  // of what was heard
  const json stats = support::parse_json(home.engine({"stats", "--json"}).out);
  CHECK(stats.at("heard_features").at("energy") ==
        json({{"own", 0}, {"artist_mean", 1}, {"none", 0}}));
  CHECK(stats.at("heard_features").at("tempo") ==
        json({{"own", 0}, {"artist_mean", 0}, {"none", 1}}));
}
