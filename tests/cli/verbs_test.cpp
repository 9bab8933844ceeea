// The verbs around a run: record, replay, why, why-not, check, plan, recipes, config, doctor,
// outputs.
#include <filesystem>
#include <fstream>
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

/// A home with a copy of the demo library and one recorded run of the weekly mix.
struct RecordedHome : EngineHome {
  RecordedHome() {
    std::filesystem::copy_file(support::demo_library(), path("library.db"));
    const Ended ended = engine(
        {"--now", "2026-11-21", "--json", "run", "recipes/weekly.lua", "--set", "tracks=20"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    run = support::parse_json(ended.out);
  }
  json run;
};

}  // namespace

TEST_CASE("a recorded run comes back byte for byte", "[replay]") {
  const RecordedHome home;
  REQUIRE(home.run.at("run") == 1);
  const Ended ended = home.engine({"--json", "replay", "1"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json replayed = support::parse_json(ended.out);
  CHECK(replayed.at("same") == true);
  CHECK(replayed.at("tracks").dump() == home.run.at("tracks").dump());
  CHECK(replayed.at("changed").empty());
}

TEST_CASE("engine recipes outlives recipes that crash or never end, each costs its own line",
          "[recipes]") {
  const EngineHome home;
  const std::string folder = home.path("mine") + "/";
  std::filesystem::create_directory(folder);
  const auto write = [&](const std::string& name, const std::string& text) {
    engine::write_file_atomically(folder + name, text);
  };
  const auto recipe = [](const std::string& title) {
    return "return require('playlist').recipe { title = '" + title +
           "', build = function(p, user) return user.likes end }\n";
  };
  write("a.lua", recipe("First"));
  write("b_deep.lua", "local function f(s) return (s:gsub('.', f)) end\nf 'a'\n");
  write("c_pattern.lua", "local s = string.rep('a', 3000) s:find('.-.-.-.-b')\n");
  write("d_loop.lua", "\nwhile true do end\n");
  write("e_wrong.lua", "return require('playlist').recipe { title = 'No plan' }\n");
  write("g_module.lua", "return { helps = true }\n");  // no recipe, and no failed one
  write("f.lua", recipe("Last"));
  engine::write_file_atomically(
      home.path("short.lua"),
      "return { paths = { recipes = { '" + folder + "' } }, limits = { recipe_seconds = 0.3 } }");
  const Ended list = home.engine({"--config", home.path("short.lua"), "--json", "recipes"});
  INFO(list.err);
  CHECK(list.exit_code == 4);
  std::vector<std::string> titles;
  const json told_all = support::parse_json(list.out);
  std::set<std::string> broken;  // each in its place, with what is wrong
  for (const json& told : told_all.at("recipes")) {
    if (!told.contains("error")) titles.push_back(told.at("title"));
    if (told.contains("error")) broken.insert(told.at("name"));
  }
  CHECK(broken == std::set<std::string>{"b_deep", "c_pattern", "d_loop", "e_wrong"});
  REQUIRE(titles.size() >= 2);
  CHECK(titles[0] == "First");
  CHECK(titles[1] == "Last");
  for (const char* told : {"b_deep.lua:1", "c_pattern.lua:1", "d_loop.lua:2", "e_wrong.lua"})
    CHECK_THAT(list.err, Catch::Contains(told));
  CHECK_THAT(list.err, !Catch::Contains("g_module.lua"));
  const Ended one =
      home.engine({"--config", home.path("short.lua"), "recipes", folder + "c_pattern.lua"});
  CHECK(one.exit_code == 7);
  CHECK_THAT(one.err, Catch::Contains("stopped: the recipe ran longer than 0.3 s") &&
                          Catch::Contains("c_pattern.lua:1"));
  const Ended good = home.engine({"recipes", folder + "a.lua"});
  CHECK(good.exit_code == 0);
  CHECK_THAT(good.out, Catch::StartsWith("First: "));
}

TEST_CASE("a replay on changed data says what changed", "[replay]") {
  const RecordedHome home;
  engine::write_file_atomically(
      home.path("StreamingHistory_music_0.json"),
      R"([{"endTime":"2026-11-20 10:00","artistName":"A New Band","trackName":"A New Song","msPlayed":200000}])");
  const Ended imported = home.engine(
      {"import", "--user", home.run.at("user"), home.path("StreamingHistory_music_0.json")});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  const Ended ended = home.engine({"--json", "replay", "1"});
  CHECK((ended.exit_code == 0 || ended.exit_code == 1));
  CHECK_THAT(support::parse_json(ended.out).at("changed").dump(),
             Catch::Contains("the library's data"));
}

TEST_CASE("a replay says which model was trained since", "[replay]") {
  const RecordedHome home;
  REQUIRE(home.engine({"--now", "2026-11-21", "train", "discovery"}).exit_code == 0);
  const Ended ended = home.engine({"replay", "1"});
  CHECK(ended.exit_code == 1);
  CHECK_THAT(
      ended.out,
      Catch::Contains("changed since: model.discovery: not trained then, as of 1795219200, "));
  CHECK_THAT(ended.out, !Catch::Contains("nothing that was recorded has changed"));
}

TEST_CASE("an unknown run is refused and the latest are named", "[replay]") {
  const RecordedHome home;
  const Ended ended = home.engine({"replay", "99"});
  CHECK(ended.exit_code == 3);
  CHECK_THAT(ended.err,
             Catch::Contains("there is no run 99") && Catch::Contains("1  recipes/weekly.lua"));
}

TEST_CASE("why tells where a track came from, why-not where another was lost", "[why]") {
  const RecordedHome home;
  const json& first = home.run.at("tracks").at(0);
  const Ended why = home.engine({"why", "1", first.at("track").dump()});
  INFO(why.err);
  REQUIRE(why.exit_code == 0);
  CHECK_THAT(why.out, Catch::Contains(first.at("explanation").at(0).get<std::string>()));
  CHECK_THAT(why.out, Catch::Contains("place 1 of 20") && Catch::Contains("found by recall."));

  std::int64_t absent = 1;
  const auto is_in_list = [&](std::int64_t id) {
    return std::any_of(home.run.at("tracks").begin(), home.run.at("tracks").end(),
                       [&](const json& t) { return t.at("track") == id; });
  };
  while (is_in_list(absent)) ++absent;
  const Ended why_not = home.engine({"why-not", "1", std::to_string(absent)});
  REQUIRE(why_not.exit_code == 0);
  CHECK_THAT(why_not.out, Catch::Contains("is not in this list"));
  const bool is_told = why_not.out.find("never recalled by") != std::string::npos ||
                       why_not.out.find("the list was full") != std::string::npos ||
                       why_not.out.find("dropped by") != std::string::npos;
  CHECK(is_told);

  const Ended unknown = home.engine({"why", "1", "No Such Song At All"});
  CHECK(unknown.exit_code == 3);
  CHECK_THAT(unknown.err, Catch::Contains("no track \"No Such Song At All\""));
}

TEST_CASE("an empty text is no track, and no name", "[cli]") {
  const EngineHome home;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"why", "last", ""},
                                                {"why-not", "last", ""},
                                                {"why", "", "x"},
                                                {"ban", ""},
                                                {"unlike", ""},
                                                {"shuffle", "--from", ""},
                                                {"compare", "", "weekly"},
                                                {"run", ""},
                                                {"models", ""},
                                                {"train", ""},
                                                {"library", "rename", "demo", ""}}) {
    CAPTURE(words);
    const Ended ended = home.engine(words);
    CHECK(ended.exit_code == 2);
    CHECK_THAT(ended.err, Catch::Contains("cannot be \"\"") && Catch::Contains("not empty"));
  }
}

TEST_CASE("check says good or what is wrong, without a list", "[check]") {
  const RecordedHome home;
  const Ended good = home.engine({"check", "recipes/weekly.lua"});
  CHECK(good.exit_code == 0);
  CHECK(good.out == "recipes/weekly.lua: good\n");
  engine::write_file_atomically(
      home.path("bad.lua"),
      "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = function(p, user)\n  "
      "return user.likes:limit { trakcs = 3 }\nend }\n");
  const Ended bad = home.engine({"check", home.path("bad.lua")});
  CHECK(bad.exit_code == 4);
  CHECK_THAT(bad.out, Catch::Contains("did you mean tracks?") && Catch::Contains("bad.lua:3"));
}

TEST_CASE("plan shows the graph as text and for Graphviz", "[plan]") {
  const RecordedHome home;
  const Ended text = home.engine({"plan", "recipes/weekly.lua"});
  CHECK(text.exit_code == 0);
  CHECK_THAT(text.out, Catch::Contains("mix { attempts = 10 }") && Catch::Contains("share 0.08:") &&
                           Catch::Contains("recall.genre"));
  const Ended dot = home.engine({"plan", "--dot", "recipes/weekly.lua"});
  CHECK_THAT(dot.out, Catch::StartsWith("digraph plan {"));
}

TEST_CASE("wrong parameters are told all at once", "[run]") {
  const RecordedHome home;
  const Ended ended = home.engine(
      {"run", "weekly", "--set", "trakcs=3", "--set", "minutes=x", "--set", "discovery=2"});
  CHECK(ended.exit_code == 2);
  CHECK_THAT(ended.err, Catch::Contains("no parameter \"trakcs\"; did you mean tracks?"));
  CHECK_THAT(ended.err,
             Catch::Contains("minutes cannot be \"x\": it takes a whole number 1..10000"));
  CHECK_THAT(ended.err, Catch::Contains("discovery cannot be \"2\": it takes a number 0..1"));
}

TEST_CASE("an option takes one value, and the recipe may come last", "[run]") {
  const RecordedHome home;
  const Ended ended =
      home.engine({"run", "--no-record", "--set", "tracks=5", "--set", "per_artist=1", "--to",
                   "uris:" + home.path("list.txt"), "weekly"});
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("5 tracks,"));
}

TEST_CASE("several outputs are written at once", "[run]") {
  const RecordedHome home;
  std::vector<std::string> arguments = {"run", "weekly", "--no-record"};
  for (const char* format : {"m3u8", "xspf", "jspf", "json", "csv", "uris"}) {
    arguments.insert(arguments.end(), {"--to", std::string(format) + ":" +
                                                   home.path(std::string("list.") + format)});
  }
  const Ended ended = home.engine(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK_THAT(engine::read_file(home.path("list.m3u8")), Catch::StartsWith("#EXTM3U\n"));
  CHECK(support::parse_json(engine::read_file(home.path("list.jspf")))
            .at("playlist")
            .at("track")
            .size() == 50);
  CHECK_FALSE(support::parse_json(engine::read_file(home.path("list.json"))).empty());
  const Ended valid = support::run_program(
      {"xmllint", "--noout", "--relaxng", std::string(PLAYLIST_SOURCE_DIR) + "/tests/data/xspf.rng",
       home.path("list.xspf")});
  CHECK(valid.exit_code == 0);

  const Ended wrong = home.engine({"run", "weekly", "--to", "m3u88:x.m3u"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean m3u8?"));
}

TEST_CASE("settings are shown with their origin, and changed in the library", "[config]") {
  const RecordedHome home;
  CHECK(home.engine({"config", "get", "limits.wall_seconds"}).out == "60\n");
  CHECK(home.engine({"config", "set", "limits.wall_seconds", "45"}).exit_code == 0);
  CHECK_THAT(home.engine({"config", "show"}).out,
             Catch::Contains("limits.wall_seconds = 45") && Catch::Contains("(engine config set)"));
  CHECK(home.engine({"config", "set", "limits.wall_seconds", ""}).exit_code == 0);
  CHECK(home.engine({"config", "get", "limits.wall_seconds"}).out == "60\n");
  const Ended wrong = home.engine({"config", "set", "limits.wal_seconds", "45"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean limits.wall_seconds?"));
}

TEST_CASE("the environment goes before the library's settings, in an import too", "[config]") {
  const RecordedHome home;
  const std::string file = home.path("StreamingHistory_music_0.json");
  engine::write_file_atomically(
      file,
      R"([{"endTime":"2026-11-20 10:00","artistName":"A New Band","trackName":"A New Song","msPlayed":40000}])");
  CHECK(home.engine({"config", "set", "play.min_seconds", "100"}).exit_code == 0);
  std::map<std::string, std::string> environment = home.environment();
  environment["PLAYLIST_PLAY_MIN_SECONDS"] = "10";
  const Ended ended = support::run_program(
      {PLAYLIST_BUILD_DIR "/engine", "import", "--json", "--user", "somebody", file}, environment);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json buckets = support::parse_json(ended.out).at("files").at(0).at("buckets");
  CHECK(buckets.value("new", 0) == 1);  // 40 s are a play where 10 s are enough
  CHECK(buckets.value("short", 0) == 0);
}

TEST_CASE("an element's setting reaches the element, from each place it may stand in", "[config]") {
  const RecordedHome home;
  const std::string recipe = home.path("settings.lua"), config = home.path("engine.lua");
  engine::write_file_atomically(recipe, R"(local pl = require "playlist"
return pl.recipe { title = "s", build = function() return pl.recall.probe { mode = "services" } end })");
  const auto run = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> words = {
        "run", recipe, "--json", "--no-record", "--plugins", PLAYLIST_BUILD_DIR "/test-plugins"};
    words.insert(words.end(), flags.begin(), flags.end());
    return home.engine(words).out;
  };
  CHECK_THAT(run({}), Catch::Contains("model none"));
  engine::write_file_atomically(
      config, "return { elements = { ['recall.probe'] = { model = 'of the file' } } }");
  CHECK_THAT(run({"--config", config}), Catch::Contains("model of the file"));
  const std::string key = "elements.recall.probe.model";
  CHECK(home.engine({"config", "get", key}).exit_code == 1);
  CHECK(home.engine({"config", "set", key, "of the store"}).exit_code == 0);
  CHECK_THAT(run({"--config", config}), Catch::Contains("model of the store"));
  CHECK_THAT(home.engine({"config", "show"}).out, Catch::Contains(key + " = of the store"));
  CHECK(home.engine({"config", "set", key, ""}).exit_code == 0);
  CHECK_THAT(run({}), Catch::Contains("model none"));
}

TEST_CASE("recipes lists the recipes, and the parameters of one", "[recipes]") {
  const EngineHome home;
  CHECK_THAT(home.engine({"recipes"}).out, Catch::Contains("Weekly Mix"));
  CHECK_THAT(home.engine({"recipes", "weekly"}).out,
             Catch::Contains("discovery = 0.08") && Catch::Contains("(0..1)"));
  const Ended wrong = home.engine({"recipes", "weakly"});
  CHECK(wrong.exit_code == 3);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean weekly?"));
}

TEST_CASE("doctor finds a sound library, and says what to do without one", "[doctor]") {
  const RecordedHome home;
  const Ended good = home.engine({"doctor"});
  CHECK(good.exit_code == 0);
  CHECK_THAT(good.out, Catch::Contains("good  library"));
  const EngineHome empty;
  const Ended none = empty.engine({"doctor"});
  CHECK(none.exit_code == 1);
  CHECK_THAT(none.out, Catch::Contains("engine demo makes one to try"));
  const Ended run = empty.engine({"run", "weekly"});
  CHECK(run.exit_code == 6);
  CHECK_THAT(run.err, Catch::Contains("there is no library"));
}

TEST_CASE("doctor tells of a library that is none, beside the rest", "[doctor]") {
  const EngineHome home;
  const std::string file = home.path("notes.db");
  std::ofstream(file) << "no database at all, but long enough to be looked at by SQLite " << 1e9;
  const Ended ended = home.engine({"--library", file, "doctor"});
  CHECK(ended.exit_code == 1);
  CHECK_THAT(ended.out, Catch::Contains("good  recipes") && Catch::Contains("BAD   library") &&
                            Catch::Contains(file + ": it is not an SQLite file"));
  CHECK(home.engine({"--library", file, "stats"}).exit_code == 6);
}

TEST_CASE("a wrong command line is told as all errors are, with what was meant", "[cli]") {
  struct Wrong {
    std::vector<std::string> line;
    std::string what, fix;
  };
  const std::vector<Wrong> wrong = {
      {{"statz"}, "there is no verb \"engine statz\"", "did you mean stats?"},
      {{"plugins", "lisst"}, "there is no verb \"engine plugins lisst\"", "did you mean list?"},
      {{"config"}, "engine config needs a verb", "engine config --help"},
      {{"run"}, "engine run needs recipe", "engine run --help"},
      {{"run", "weekly", "--explian"}, "engine run has no option --explian", "--explain?"},
      {{"stats", "--jsno"}, "engine stats has no option --jsno", "did you mean --json?"},
      {{"doctor", "more"}, "engine doctor does not know what to do with \"more\"", "doctor --help"},
      {{"stats", "more"}, "there is no verb \"engine stats more\"", "stats --help"},
  };
  const EngineHome home;
  for (const Wrong& each : wrong) {
    const Ended ended = home.engine(each.line);
    CAPTURE(each.line, ended.err);
    CHECK(ended.exit_code == 2);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Catch::StartsWith("error: " + each.what + "\n") &&
                              Catch::Contains("fix:   ") && Catch::Contains(each.fix));
  }
}

TEST_CASE("a wrong command line exits with 2", "[cli]") {
  const EngineHome home;
  CHECK(home.engine({"no-such-verb"}).exit_code == 2);
  CHECK(home.engine({"run"}).exit_code == 2);
  CHECK(home.engine({"--help"}).exit_code == 0);
  CHECK(home.engine({"run", "--help"}).exit_code == 0);
}

TEST_CASE("a person's time zone is shown and set", "[library]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  const auto zone = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        "--library", home.path("library.db"), "--user", "demo", "--json", "library", "timezone"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return home.engine(arguments);
  };
  const Ended set = zone({"America/New_York"});
  INFO(set.err);
  REQUIRE(set.exit_code == 0);
  CHECK(support::parse_json(set.out) == json{{"user", "demo"}, {"timezone", "America/New_York"}});
  const Ended unknown = zone({"Mars/Olympus"});
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.err, Catch::Contains("Mars/Olympus") && Catch::Contains("Europe/Berlin"));
  CHECK(support::parse_json(zone({}).out).at("timezone") == "America/New_York");
}
