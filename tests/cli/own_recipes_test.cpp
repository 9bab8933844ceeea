// Recipes of one's own: where they are found, how one begins, what they share.
#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

/// A recipe of that title; `before` stands before it.
std::string recipe(const std::string& title, const std::string& before = "") {
  return "local pl = require \"playlist\"\n" + before + "return pl.recipe { title = \"" + title +
         "\", build = function(p, user)\nreturn user.library:filter(pl.filtering.allowed {}):limit "
         "{ tracks = 3 }\nend }\n";
}

std::string own(const EngineHome& home, const std::string& name) {
  return home.path("config/playlist-engine/recipes/" + name);
}

/// Runs the engine in a folder, on the demo library.
Ended run_in(const EngineHome& home, const std::string& folder,
             std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {std::string(PLAYLIST_BUILD_DIR) + "/engine", "--library",
                                       support::demo_library(), "--now", "2026-11-21"});
  return support::run_program(arguments, home.environment(), folder);
}

std::string title_of(const Ended& ended) {
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return support::parse_json(ended.out).at("title");
}

}  // namespace

TEST_CASE("a recipe is found here first, then among one's own, then among the engine's",
          "[own recipes]") {
  const EngineHome home;
  fs::create_directories(home.path("here/weekly"));  // a folder of that name is in nobody's way
  const auto title = [&] {
    return title_of(run_in(home, home.path("here"), {"run", "weekly", "--no-record", "--json"}));
  };
  CHECK(title() == "Weekly Mix");
  engine::write_file_atomically(own(home, "weekly.lua"), recipe("Mine"));
  CHECK(title() == "Mine");
  engine::write_file_atomically(home.path("here/weekly.lua"), recipe("Here"));
  CHECK(title() == "Here");
}

TEST_CASE("a recipe of one's own is listed, and recorded by its whole path", "[own recipes]") {
  const EngineHome home;
  engine::write_file_atomically(own(home, "mine.lua"), recipe("Mine"));
  engine::write_file_atomically(own(home, "weekly.lua"), recipe("My weekly"));
  const json listed = support::parse_json(home.engine({"recipes", "--json"}).out);
  std::vector<std::string> titles;
  for (const json& one : listed.at("recipes"))
    if (one.at("name") == "weekly" || one.at("name") == "mine") titles.push_back(one.at("title"));
  CHECK(titles == std::vector<std::string>{"Mine", "My weekly"});
  const Ended run = run_in(home, home.path(""), {"run", "mine", "--no-record", "--json"});
  CHECK(support::parse_json(run.out).at("recipe") == own(home, "mine.lua"));
}

TEST_CASE("engine recipe new makes a recipe that runs, is clean and passes its tests",
          "[own recipes]") {
  const EngineHome home;
  const Ended made = home.engine({"recipe", "new", "sunday-calm"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(made.out, Contains("made " + own(home, "sunday-calm.lua")) &&
                           Contains("engine watch sunday-calm"));
  const Ended checked = home.engine({"check", "sunday-calm", "--strict"});
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
  const Ended tested = home.engine({"test", "sunday-calm"});
  INFO(tested.out);
  CHECK(tested.exit_code == 0);
  CHECK(title_of(run_in(home, home.path(""), {"run", "sunday-calm", "--no-record", "--json"})) ==
        "Sunday calm");
  const Ended again = home.engine({"recipe", "new", "sunday-calm"});
  CHECK(again.exit_code == 3);
  CHECK_THAT(again.err, Contains("there is a recipe sunday-calm of yours already"));
}

TEST_CASE("engine recipe new --from copies a recipe with its tests", "[own recipes]") {
  const EngineHome home;
  const Ended made = home.engine({"recipe", "new", "weekly", "--from", "weekly", "--json"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(support::parse_json(made.out).at("files") ==
        json({own(home, "weekly.lua"), own(home, "weekly_test.lua")}));
  CHECK_THAT(made.err, Contains("engine run weekly means yours from now on"));
  const std::string source = PLAYLIST_SOURCE_DIR "/recipes/weekly";
  CHECK(engine::read_file(own(home, "weekly.lua")) == engine::read_file(source + ".lua"));
  CHECK(engine::read_file(own(home, "weekly_test.lua")) == engine::read_file(source + "_test.lua"));
}

TEST_CASE("engine recipe new refuses names that cannot be", "[own recipes]") {
  const EngineHome home;
  for (const std::string name : {"../x", "a/b", "mine_test", "", "a b", ".x"}) {
    CAPTURE(name);
    const Ended ended = home.engine({"recipe", "new", name});
    CHECK(ended.exit_code == 2);
  }
  CHECK_FALSE(fs::exists(home.path("config/playlist-engine/recipes")));
  CHECK(home.engine({"recipe", "new", "mine", "--from", "wekly"}).exit_code == 3);
}

TEST_CASE("engine recipe revert puts a copy of one's own aside", "[own recipes]") {
  const EngineHome home;
  const Ended none = home.engine({"recipe", "revert", "weekly"});
  CHECK(none.exit_code == 3);
  CHECK_THAT(none.err, Contains("no recipe of yours stands before the engine's own \"weekly\"") &&
                           Contains("why:   it is the engine's own"));
  const auto revert = [&] {
    REQUIRE(home.engine({"recipe", "new", "weekly", "--from", "weekly"}).exit_code == 0);
    const json mine = support::parse_json(home.engine({"recipe", "show", "weekly", "--json"}).out);
    CHECK(mine.at("path") == own(home, "weekly.lua"));
    CHECK_THAT(mine.at("hides").get<std::string>(), Contains("recipes/weekly.lua"));
    return support::parse_json(home.engine({"recipe", "revert", "weekly", "--json"}).out);
  };
  const json first = revert();
  CHECK(first.at("own") == false);
  CHECK(first.count("hides") == 0);
  CHECK(first.at("moved").size() == 2);  // and its tests
  CHECK_FALSE(fs::exists(own(home, "weekly.lua")));
  CHECK(fs::exists(own(home, "weekly.lua.aside")));
  CHECK(fs::exists(own(home, "weekly_test.lua.aside")));
  CHECK(revert().at("moved").at(0).at("to") == own(home, "weekly.lua.aside.2"));

  engine::write_file_atomically(own(home, "mine.lua"), recipe("Mine"));
  CHECK_THAT(home.engine({"recipe", "revert", "mine"}).err,
             Contains("the engine has none of that name"));
  CHECK(fs::exists(own(home, "mine.lua")));
}

TEST_CASE("engine recipes lists what does not load, with why", "[own recipes]") {
  const EngineHome home;
  engine::write_file_atomically(own(home, "broken.lua"),
                                "local pl = require \"playlist\"\nreturn pl.recipe {{\n");
  const Ended listed = home.engine({"recipes"});
  CHECK(listed.exit_code == 4);
  CHECK_THAT(listed.out, Contains("broken") && Contains("does not load: ") && Contains("weekly"));
  const json recipes = support::parse_json(home.engine({"recipes", "--json"}).out).at("recipes");
  const auto broken = std::find_if(recipes.begin(), recipes.end(),
                                   [](const json& one) { return one.at("name") == "broken"; });
  REQUIRE(broken != recipes.end());
  CHECK(broken->at("title") == "");
  CHECK_THAT(broken->at("error").at("where").get<std::string>(), Contains("broken.lua:"));
  CHECK_FALSE(broken->at("error").at("message").get<std::string>().empty());
}

TEST_CASE("a recipe requires what stands beside it", "[own recipes]") {
  const EngineHome home;
  engine::write_file_atomically(own(home, "helper.lua"), "return { title = \"Helped\" }\n");
  engine::write_file_atomically(own(home, "mine.lua"),
                                recipe("Mine",
                                       "local helper = require \"helper\"\n"
                                       "assert(helper.title == \"Helped\")\n"));
  CHECK(title_of(run_in(home, home.path(""), {"run", "mine", "--no-record", "--json"})) == "Mine");
  CHECK(home.engine({"check", "mine"}).exit_code == 0);

  SECTION("with no more names than the recipe has") {
    engine::write_file_atomically(own(home, "helper.lua"), "return engine.node {}\n");
    const Ended ended = home.engine({"check", "mine"});
    CHECK(ended.exit_code == 4);
    CHECK_THAT(ended.out, Contains("unknown name \"engine\"") &&
                              Contains("where: " + own(home, "helper.lua") + ":1"));
  }
  SECTION("but nothing in place of the recipe library") {
    engine::write_file_atomically(own(home, "playlist.lua"), "error(\"not this one\")\n");
    CHECK(home.engine({"check", "mine"}).exit_code == 0);
  }
  SECTION("and from no other folder") {
    fs::create_directories(own(home, "sub"));
    fs::rename(own(home, "helper.lua"), own(home, "sub/helper.lua"));
    const Ended ended = home.engine({"check", "mine"});
    CHECK(ended.exit_code == 4);
    CHECK_THAT(ended.out, Contains("module \"helper\" not found"));
  }
  SECTION("the run is repeated with it, and a change of it is told") {
    const std::string library = home.path("library.db");
    fs::copy_file(support::demo_library(), library);
    const auto engine_here = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.begin(), {"--library", library, "--now", "2026-11-21"});
      return home.engine(arguments);
    };
    const Ended run = engine_here({"run", "mine", "--json"});
    const std::string id = std::to_string(support::parse_json(run.out).at("run").get<int>());
    CHECK(engine_here({"replay", id}).exit_code == 0);
    engine::write_file_atomically(own(home, "helper.lua"),
                                  "return { title = \"Helped\", more = 1 }\n");
    CHECK_THAT(engine_here({"replay", id}).out, Contains("the scripts that the recipe requires"));
  }
}

TEST_CASE("modules in a folder of recipes are no failed recipes", "[own recipes]") {
  const EngineHome home;
  engine::write_file_atomically(own(home, "mine.lua"), recipe("Mine"));
  engine::write_file_atomically(own(home, "helper.lua"), "return { title = \"x\" }\n");
  engine::write_file_atomically(own(home, "quiet.lua"), "local x = 1\n");
  const Ended listed = home.engine({"recipes"});
  CHECK(listed.exit_code == 0);
  CHECK_THAT(listed.out, Contains("mine") && !Contains("helper"));
  CHECK(listed.err.empty());
  const Ended checked = home.engine({"check", own(home, "")});
  CHECK(checked.exit_code == 0);
  CHECK_THAT(checked.out, Contains("mine.lua: good") && !Contains("helper"));
  CHECK_THAT(checked.err, Contains("helper.lua is a module"));

  // Asked for by its name it is told what it is; a recipe without its end is a mistake.
  CHECK(home.engine({"check", "helper"}).exit_code == 4);
  CHECK_THAT(home.engine({"recipes", "helper"}).err, Contains("is a module"));
  engine::write_file_atomically(own(home, "quiet.lua"),
                                "local pl = require \"playlist\"\npl.recipe { title = \"x\", "
                                "build = function() end }\n");
  const Ended forgotten = home.engine({"check", own(home, "")});
  CHECK(forgotten.exit_code == 4);
  CHECK_THAT(forgotten.out, Contains("it returned nothing"));
}
