// engine tune on the demo library, whose listeners have tastes.
#include <algorithm>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// What was played lately counts against a track: a deliberately bad weight.
constexpr const char* kBad = R"(-- Favourites, as somebody in a hurry would write it.
local pl = require "playlist"
return pl.recipe {
  title = "Favourites",   -- tabs	and spaces   stay
  params = { tracks = pl.int { 30, min = 1, max = 100 } },
  build = function(p, user)
    return (user.library + user.listens)
      :rank(pl.ranking.listening_statistics {})
      :score { plays_30d = -2, days_since_played = 0.5 }  -- why -2?
      :limit { tracks = p.tracks }
  end,
}
)";

std::string bad_recipe(const EngineHome& home, const std::string& text = kBad) {
  engine::write_file_atomically(home.path("favourites.lua"), text);
  return home.path("favourites.lua");
}

/// `more` may set dates and budget itself.
Ended tune(const EngineHome& home, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--library", support::demo_library(),
                                        "--now",     "2026-11-21",
                                        "tune",      home.path("favourites.lua")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  for (const auto& [option, value] :
       {std::pair{"--from", "2026-06-27"}, {"--to", "2026-11-21"}, {"--budget", "30"}})
    if (std::find(more.begin(), more.end(), option) == more.end())
      arguments.insert(arguments.end(), {option, value});
  return home.engine(arguments);
}

}  // namespace

TEST_CASE("tune mends a bad weight, which shows on later weeks it was not fitted on", "[tune]") {
  const EngineHome home;
  const std::string file = bad_recipe(home);
  const Ended ended = tune(home, {"--json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json result = support::parse_json(ended.out);
  INFO(result.dump(2));
  CHECK(result.at("metric") == "ndcg@30");
  CHECK(result.at("better") == true);
  CHECK(result.at("written") == false);
  CHECK(result.at("tried") <= 30);
  // 21 weeks: the first 15 are fitted on, the last 6 check.
  CHECK(result.at("fit").at("dates") == 15);
  CHECK(result.at("later").at("dates") == 6);
  CHECK(result.at("fit").at("to") == result.at("later").at("from"));
  const json& later = result.at("later");
  CHECK(later.at("low") > 0);
  CHECK(later.at("after").get<double>() > 2 * later.at("before").get<double>());
  CHECK(later.at("gain").get<double>() ==
        Approx(later.at("after").get<double>() - later.at("before").get<double>()));
  REQUIRE(result.at("values").size() == 2);
  CHECK(result.at("values").at(0).at("name") == "score.plays_30d");
  CHECK(result.at("values").at(0).at("line") == 9);
  CHECK(engine::read_file(file) == kBad);
  CHECK_THAT(ended.err, Catch::Contains("nothing was written; --write"));
}

TEST_CASE("tune --write edits the numbers in place and nothing else", "[tune]") {
  const EngineHome home;
  const std::string file = bad_recipe(home);
  ::chmod(file.c_str(), 0640);
  const Ended ended = tune(home, {"--json", "--write", "--jobs", "2"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json result = support::parse_json(ended.out);
  CHECK(result.at("written") == true);
  std::string expected = kBad;
  for (const json& value : result.at("values")) {
    const bool is_lately = value.at("name") == "score.plays_30d";
    const std::string name = is_lately ? "plays_30d = " : "days_since_played = ";
    const std::string before = name + (is_lately ? "-2" : "0.5");
    char number[32];
    std::snprintf(number, sizeof number, "%.3g", value.at("to").get<double>());
    expected.replace(expected.find(before), before.size(), name + number);
  }
  CHECK(engine::read_file(file) == expected);
  CHECK(expected != kBad);
  struct stat status {};
  ::stat(file.c_str(), &status);
  CHECK((status.st_mode & 0777) == 0640);

  // The same seed finds the same; what it found is hardly to be bettered.
  bad_recipe(home);
  const Ended again = tune(home, {"--json", "--write", "--jobs", "1"});
  CHECK(again.out == ended.out);
  CHECK(engine::read_file(file) == expected);
}

TEST_CASE("without a gain on the later dates tune says so, exits 1 and writes nothing", "[tune]") {
  const EngineHome home;
  // Every track has the same weight, so no number changes the list.
  std::string flat = kBad;
  const std::string score = ":score { plays_30d = -2, days_since_played = 0.5 }";
  flat.replace(flat.find(score), score.size(),
               ":column(\"one\", function(t) return 1 end)\n"
               "      :score { one = 3 }");
  const std::string file = bad_recipe(home, flat);
  const Ended ended = tune(home, {"--write", "--budget", "6"});
  INFO(ended.err);
  CHECK(ended.exit_code == 1);
  CHECK_THAT(ended.out, Catch::Contains("the present numbers are the best of those tried"));
  CHECK_THAT(ended.err, Catch::Contains("nothing was written, as nothing better was found"));
  CHECK(engine::read_file(file) == flat);
}

TEST_CASE("tune fits parameters that are marked, and recipes shows which", "[tune]") {
  const EngineHome home;
  std::string text = kBad;
  const std::string param = "params = { tracks = pl.int { 30, min = 1, max = 100 } }";
  text.replace(text.find(param), param.size(),
               "params = { tracks = pl.int { 30, min = 1, max = 100 }, lately = pl.number { -2, "
               "min = -4, max = 4, tune = true, help = \"weight of the last month\" } }");
  const std::string weight = "plays_30d = -2";
  text.replace(text.find(weight), weight.size(), "plays_30d = p.lately");
  bad_recipe(home, text);
  const Ended ended = tune(home, {"--json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(support::parse_json(ended.out).at("values").at(0).at("name") == "lately");
  const Ended shown = home.engine({"recipes", home.path("favourites.lua")});
  CHECK_THAT(shown.out, Catch::Contains("weight of the last month (-4..4) [engine tune]"));
  const Ended listed = home.engine({"--json", "recipes", home.path("favourites.lua")});
  CHECK(support::parse_json(listed.out).at("parameters").at(0).at("tune") == true);
  const Ended fixed = tune(home, {"--set", "lately=1"});
  CHECK(fixed.exit_code == 2);
  CHECK_THAT(fixed.err, Catch::Contains("--set lately=1 fixes a parameter that is to be tuned"));
}

TEST_CASE("tune says what is wrong with its arguments", "[tune]") {
  const EngineHome home;
  bad_recipe(home);
  const auto refused = [&](const std::vector<std::string>& more, int exit_code,
                           const std::vector<std::string>& words) {
    const Ended ended = tune(home, more);
    INFO(ended.err);
    CHECK(ended.exit_code == exit_code);
    for (const std::string& word : words) CHECK_THAT(ended.err, Catch::Contains(word));
  };
  refused({"--metric", "ndgc@30"}, 2, {"there is no metric \"ndgc@30\"", "did you mean ndcg@30?"});
  refused({"--from", "2026-11-07"}, 2, {"2 dates are too few to fit on some and check on others"});
  refused({"--from", "soon"}, 2, {"cannot read the time \"soon\""});
  refused({"--from", "2001-01-06", "--to", "2001-06-02"}, 1, {"demo played nothing between"});

  std::string computed = kBad;
  computed.replace(computed.find("= -2,"), 5, "= -2 * p.tracks,");
  bad_recipe(home, computed);
  refused({}, 4,
          {"the weight of plays_30d is not a number that stands here", "favourites.lua:9",
           "it is written as: -2 * p.tracks"});
  std::string wrong = kBad;
  wrong.replace(wrong.find("plays_30d"), 9, "plays_30");
  bad_recipe(home, wrong);
  refused({}, 4, {"unknown column \"plays_30\" in :score", "did you mean plays_30d?"});
}
