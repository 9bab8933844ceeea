// engine shuffle and engine evaluate shuffle on the demo library, as a user runs them.
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

Ended engine_on_demo(const EngineHome& home, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {"--library", support::demo_library(), "--now", "2026-11-21"});
  return home.engine(arguments);
}

json evaluated(const EngineHome& home, std::vector<std::string> more) {
  std::vector<std::string> arguments{"--json",   "evaluate", "shuffle",     "--lists", "6",
                                     "--tracks", "20",       "--resamples", "200"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = engine_on_demo(home, arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return support::parse_json(ended.out);
}

/// An extended history of 120 songs, shuffled two hours a day for four weeks; after ten days half of
/// the artists' are skipped.
std::string shuffled_history() {
  json plays = json::array();
  unsigned drawn = 7;
  for (int day = 0; day < 28; ++day) {
    bool was_skipped = false;
    for (int k = 0; k < 40; ++k) {
      drawn = drawn * 1'664'525u + 1'013'904'223u;
      const int song = static_cast<int>(drawn >> 16) % 120;
      const bool is_skipped = song % 4 >= 2 && day >= 10;
      char at[32];
      std::snprintf(at, sizeof at, "2022-01-%02dT%02d:%02d:30Z", 1 + day, 17 + k / 20, k % 20 * 3);
      const std::string name = std::to_string(song);
      plays.push_back(
          {{"ts", at},
           {"ms_played", is_skipped ? 40'000 : 170'000},
           {"master_metadata_track_name", "Song " + name},
           {"master_metadata_album_artist_name", "Artist " + std::to_string(song % 4)},
           {"master_metadata_album_album_name", "Album"},
           {"spotify_track_uri", "spotify:track:" + std::string(22 - name.size(), '0') + name},
           {"reason_start", was_skipped ? "fwdbtn" : "trackdone"},
           {"reason_end", is_skipped ? "fwdbtn" : "trackdone"},
           {"shuffle", true},
           {"skipped", is_skipped},
           {"offline", false},
           {"incognito_mode", false},
           {"conn_country", "DE"}});
      was_skipped = is_skipped;
    }
  }
  return plays.dump();
}

double mean(const json& way, const std::string& metric) {
  return way.at("metrics").at(metric).at("mean").get<double>();
}

}  // namespace

TEST_CASE("engine shuffle is the recipe smart-shuffle", "[shuffle]") {
  const EngineHome home;
  const Ended ended =
      engine_on_demo(home, {"--json", "--random-seed", "5", "shuffle", "-n", "12", "--no-record"});
  REQUIRE(ended.exit_code == 0);
  const json list = support::parse_json(ended.out);
  CHECK(list.at("recipe") == "recipes/smart-shuffle.lua");
  CHECK(list.at("tracks").size() == 12);
  const Ended run = engine_on_demo(home, {"--json", "--random-seed", "5", "run", "smart-shuffle",
                                          "--set", "tracks=12", "--no-record"});
  CHECK(support::parse_json(run.out).at("tracks") == list.at("tracks"));
}

TEST_CASE("engine shuffle takes a song by its number, and other ways to go on from it",
          "[shuffle]") {
  const EngineHome home;
  const json any = support::parse_json(
      engine_on_demo(home, {"--json", "shuffle", "-n", "30", "--no-record"}).out);
  const int song = any.at("tracks").at(20).at("track");
  const std::string from = "track:" + std::to_string(song);
  for (const char* way :
       {"smart", "uniform", "fewer_repeats", "balanced", "staleness", "similarity"}) {
    CAPTURE(way);
    const Ended ended = engine_on_demo(home, {"--json", "--random-seed", "5", "shuffle", "--way",
                                              way, "--from", from, "-n", "12"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    const json tracks = support::parse_json(ended.out).at("tracks");
    CHECK(tracks.at(0).at("track") == song);
    std::set<int> different;
    for (const json& track : tracks) different.insert(track.at("track").get<int>());
    CHECK(different.size() == 12);
  }
  const Ended nobody = engine_on_demo(home, {"shuffle", "--from", "track:999999999"});
  CHECK(nobody.exit_code == 4);
  CHECK(nobody.err.find("no song here is called \"track:999999999\"") != std::string::npos);
}

TEST_CASE("engine shuffle says what it was not given", "[shuffle]") {
  const EngineHome home;
  const Ended other =
      engine_on_demo(home, {"shuffle", "--way", "uniform", "--from", "track:1", "--to", "track:2"});
  CHECK(other.exit_code == 2);
  CHECK(other.err.find("--way smart only") != std::string::npos);
  const Ended alone = engine_on_demo(home, {"shuffle", "--to", "Something"});
  CHECK(alone.exit_code == 2);
  CHECK(alone.err.find("--from") != std::string::npos);
  const Ended nobody = engine_on_demo(home, {"shuffle", "--from", "No Such - Song"});
  CHECK(nobody.exit_code == 4);
  CHECK(nobody.err.find("no song here is called \"No Such - Song\"") != std::string::npos);
}

TEST_CASE("a list tells genres, which are computed only when they are asked for", "[shuffle]") {
  const EngineHome home;
  const Ended ended = engine_on_demo(
      home, {"--json", "shuffle", "-n", "40", "--no-record", "--show", "genre", "--show", "album"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  std::set<std::string> genres;
  const json list = support::parse_json(ended.out);
  for (const json& track : list.at("tracks"))
    if (track.at("shown").at("genre").is_string()) genres.insert(track.at("shown").at("genre"));
  CHECK(genres.size() > 1);
}

TEST_CASE("engine shuffle does not begin with a banned song, and says that it is banned",
          "[shuffle]") {
  const EngineHome home;
  const json list = support::parse_json(
      engine_on_demo(home, {"--json", "shuffle", "-n", "1", "--no-record"}).out);
  const json track = list.at("tracks").at(0);
  const std::string song =
      track.at("artist").get<std::string>() + " - " + track.at("title").get<std::string>();
  REQUIRE(engine_on_demo(home, {"ban", song}).exit_code == 0);
  const Ended banned = engine_on_demo(home, {"shuffle", "--from", song});
  CHECK(banned.exit_code == 4);
  CHECK(banned.err.find("you have banned or rejected \"" + song + "\"") != std::string::npos);
}

TEST_CASE("a scorecard of shuffles has every way, beside the same songs", "[shuffle]") {
  const EngineHome home;
  const json card = evaluated(home, {});
  std::vector<std::string> names;
  for (const json& way : card.at("ways")) names.push_back(way.at("name"));
  CHECK(names == std::vector<std::string>{"smart-shuffle", "uniform", "fewer_repeats", "balanced",
                                          "staleness", "similarity"});
  CHECK(card.at("dates").size() == 6);
  CHECK(card.at("failures").empty());
  const json& smart = card.at("ways").at(0);
  const json& uniform = card.at("ways").at(1);
  // What it is for.
  CHECK(mean(smart, "repeats") < mean(uniform, "repeats"));
  CHECK(mean(smart, "close_artists") <= mean(uniform, "close_artists"));
  CHECK(mean(smart, "energy_jump") < mean(uniform, "energy_jump"));
  CHECK(mean(smart, "heard") >= mean(uniform, "heard"));
  CHECK(uniform.at("metrics").at("energy_jump").at("difference").at("high").get<double>() < 0);
  CHECK_FALSE(smart.at("metrics").at("repeats").contains("difference"));
  CHECK(card.at("variety_by") == "genres");
  REQUIRE(card.at("examples").size() == 2);
  for (const json& example : card.at("examples")) {
    const json &way = example.at("way"), &beside = example.at("uniform");
    REQUIRE(way.size() == 6);
    REQUIRE(beside.size() == 6);
    CHECK(way.at(0).at("track") == beside.at(0).at("track"));
    std::set<int> tracks;
    for (const json& track : beside) tracks.insert(track.at("track").get<int>());
    CHECK(tracks.size() == 6);
    CHECK(way.at(1).at("why").dump().find("% likely of ") != std::string::npos);
    CHECK(beside.at(1).at("why").at(0).get<std::string>().starts_with("by lot, one of "));
  }
  CHECK(card.at("examples").at(0).at("date") > card.at("examples").at(1).at("date"));
}

TEST_CASE("a scorecard tells what became of the songs that a way likes to play", "[shuffle]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("Streaming_History_Audio_2022_0.json"),
                                shuffled_history());
  REQUIRE(home.engine({"--user", "ann", "import", home.path("Streaming_History_Audio_2022_0.json")})
              .exit_code == 0);
  engine::write_file_atomically(
      home.path("unskipped.lua"),
      "local pl, shuffles = require \"playlist\", require \"shuffles\"\n"
      "return pl.recipe { title = \"Unskipped\", params = { tracks = pl.int { 5, help = \"length\" "
      "} },\n"
      "  build = function(p, user)\n"
      "    return shuffles.songs(user, 2):rank(pl.ranking.listening_statistics {})\n"
      "      :score(function(t) return -6 * known(t.skip_rate, 0) end):sample { count = p.tracks "
      "}\n"
      "  end }\n");
  const Ended ended =
      home.engine({"--user", "ann", "--now", "2022-02-01", "--json", "evaluate", "shuffle",
                   home.path("unskipped.lua"), "--lists", "2", "--tracks", "10", "--resamples",
                   "200", "--shuffled-plays", "400", "--chosen-plays", "0"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json card = support::parse_json(ended.out);
  CHECK(card.at("failures").empty());
  const int plays = card.at("shuffled_plays");
  CHECK(plays > 200);
  const json &unskipped = card.at("ways").at(0), &uniform = card.at("ways").at(1);
  CHECK(uniform.at("effective_plays").get<double>() == Approx(plays));
  CHECK(mean(uniform, "accepted") > 0.5);
  CHECK(mean(uniform, "accepted") < 0.8);
  CHECK(unskipped.at("effective_plays").get<double>() < plays);
  // It knows what is skipped.
  CHECK(mean(unskipped, "accepted") > mean(uniform, "accepted"));
  CHECK(uniform.at("metrics").at("accepted").at("difference").at("low").get<double>() > 0);
}

TEST_CASE("a scorecard says that nobody told of shuffled plays", "[shuffle]") {
  const EngineHome home;
  const Ended ended = engine_on_demo(
      home, {"evaluate", "shuffle", "--lists", "2", "--tracks", "5", "--resamples", "100"});
  REQUIRE(ended.exit_code == 0);
  CHECK(ended.out.find("accepted: nobody told of plays under a shuffle from 2020-11 to 2025-11") !=
        std::string::npos);
  CHECK(ended.out.find("hits goes by ") != std::string::npos);
}

TEST_CASE("a scorecard tells of lists without a track, and whose recipe failed", "[shuffle]") {
  const EngineHome home;
  const auto recipe = [&](const std::string& path, const std::string& build) {
    std::filesystem::create_directories(std::filesystem::path(home.path(path)).parent_path());
    engine::write_file_atomically(
        home.path(path),
        "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Mine\", params = { tracks = "
        "pl.int { 5, help = \"length\" } },\n  build = function(p, user) " +
            build + " end }\n");
    return home.path(path);
  };
  const auto evaluate = [&](std::vector<std::string> recipes) {
    std::vector<std::string> arguments{"evaluate", "shuffle"};
    arguments.insert(arguments.end(), recipes.begin(), recipes.end());
    arguments.insert(arguments.end(), {"--lists", "2", "--tracks", "5", "--resamples", "100",
                                       "--examples", "0", "--chosen-plays", "0"});
    return engine_on_demo(home, arguments);
  };
  const std::string empty = recipe("a/mine.lua", "return user.likes:top(1) - user.likes");
  const std::string one = recipe("b/mine.lua", "return user.likes:top(1)");
  const Ended nothing = evaluate({empty, one});
  CHECK(nothing.exit_code == 1);
  CHECK(nothing.out.find(empty + " gave no track in 2 of 2 lists") != std::string::npos);
  CHECK(nothing.out.find(one + " gave no track") == std::string::npos);
  const Ended failed = evaluate({recipe("bad.lua", "error('on Fridays')")});
  CHECK(failed.exit_code == 4);
  CHECK(failed.err.find("bad failed for demo: ") != std::string::npos);
  const Ended twice = evaluate({one, one});
  CHECK(twice.exit_code == 2);
  CHECK(twice.err.find("is named twice") != std::string::npos);
}

TEST_CASE("a scorecard is the same however many workers there are", "[shuffle]") {
  const EngineHome home;
  CHECK(evaluated(home, {"--jobs", "1"}) == evaluated(home, {"--jobs", "3"}));
}

TEST_CASE("a scorecard takes recipes of one's own, and is drawn", "[shuffle]") {
  const EngineHome home;
  engine::write_file_atomically(
      home.path("mine.lua"),
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Mine\", params = { tracks = "
      "pl.int { 5, help = \"length\" } },\n  build = function(p, user) return "
      "user.listens:top(p.tracks) end }\n");
  const Ended ended = engine_on_demo(
      home, {"evaluate", "shuffle", home.path("mine.lua"), "--lists", "3", "--tracks", "10",
             "--resamples", "100", "--html", home.path("card.html")});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(ended.out.find("mine") != std::string::npos);
  CHECK(ended.out.find("Better than it in: ") != std::string::npos);  // it is no shuffle at all
  const std::string page = engine::read_file(home.path("card.html"));
  CHECK(page.find("<table>") != std::string::npos);
  CHECK(page.find("Side by side, for ") != std::string::npos);
}

TEST_CASE("the same seed shuffles the same way, whatever the number of threads that trained",
          "[shuffle]") {
  const auto shuffled = [](const char* threads) {
    const EngineHome home;
    const std::string library = home.path("library.db");
    std::filesystem::copy_file(support::demo_library(), library);
    const auto engine = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.begin(), {"--library", library, "--now", "2026-11-21"});
      const Ended ended = home.engine(arguments);
      INFO(ended.err);
      REQUIRE(ended.exit_code == 0);
      return ended.out;
    };
    const std::string set = std::string("threads=") + threads;
    engine({"train", "embedding", "--set", set, "--set", "epochs=3"});
    engine({"train", "neighbours", "--set", set});
    const json list = support::parse_json(
        engine({"--json", "--random-seed", "5", "shuffle", "-n", "30", "--no-record"}));
    CHECK(list.at("notices").dump().find("features") == std::string::npos);
    return list.at("tracks");
  };
  const json one = shuffled("1");
  CHECK(one.size() == 30);
  CHECK(one == shuffled("2"));
  CHECK(one == shuffled("3"));
}
