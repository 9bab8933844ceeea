// engine shuffle and engine evaluate shuffle on the demo library, as a user runs them.
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
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
  return json::parse(ended.out);
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
  const json list = json::parse(ended.out);
  CHECK(list.at("recipe") == "recipes/smart-shuffle.lua");
  CHECK(list.at("tracks").size() == 12);
  const Ended run = engine_on_demo(home, {"--json", "--random-seed", "5", "run", "smart-shuffle",
                                          "--set", "tracks=12", "--no-record"});
  CHECK(json::parse(run.out).at("tracks") == list.at("tracks"));
}

TEST_CASE("engine shuffle says what it was not given", "[shuffle]") {
  const EngineHome home;
  const Ended alone = engine_on_demo(home, {"shuffle", "--to", "Something"});
  CHECK(alone.exit_code == 2);
  CHECK(alone.err.find("--from") != std::string::npos);
  const Ended nobody = engine_on_demo(home, {"shuffle", "--from", "No Such - Song"});
  CHECK(nobody.exit_code == 4);
  CHECK(nobody.err.find("no song here that you have not banned is called \"No Such - Song\"") !=
        std::string::npos);
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
  CHECK(engine::read_file(home.path("card.html")).find("<table>") != std::string::npos);
}
