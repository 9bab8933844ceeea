// The cookbook: small recipes, each for one wish, that are found by name, good, and tested.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

const std::string kFolder = std::string(PLAYLIST_SOURCE_DIR) + "/recipes/cookbook";

Ended run(const EngineHome& home, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {
      "--library", support::demo_library(), "--now", "2026-11-21T20:00:00Z", "--random-seed", "1"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return home.engine(all);
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string stem = entry.path().stem();
    if (entry.path().extension() == ".lua" && !stem.ends_with("_test")) names.push_back(stem);
  }
  return names;
}

std::vector<std::string> names_of_cookbook() {
  return names_in(kFolder);
}

}  // namespace

TEST_CASE("the recipes of the cookbook are good and pass their tests", "[cookbook]") {
  const EngineHome home;
  const Ended checked = home.engine({"check", "--strict", "recipes/cookbook"});
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
  const Ended tested = home.engine({"test", "recipes/cookbook"});
  INFO(tested.out);
  INFO(tested.err);
  CHECK(tested.exit_code == 0);
  for (const std::string& name : names_of_cookbook()) {
    CAPTURE(name);
    CHECK_THAT(checked.out, Catch::Contains(name + ".lua: good\n"));
    CHECK_THAT(tested.out, Catch::Contains(name + ".lua\n  ok    "));
  }
}

TEST_CASE("a recipe of the cookbook is short and begins with what it is for", "[cookbook]") {
  for (const std::string& name : names_of_cookbook()) {
    CAPTURE(name);
    std::istringstream text(engine::read_file(kFolder + "/" + name + ".lua"));
    std::string line;
    std::getline(text, line);
    CHECK(line.starts_with("-- "));
    int code = 0;
    while (std::getline(text, line)) {
      const std::size_t begin = line.find_first_not_of(' ');
      code += begin != std::string::npos && line.compare(begin, 2, "--") != 0;
    }
    CHECK(code <= 25);
  }
}

TEST_CASE("recipes of the cookbook are listed, and run by name", "[cookbook]") {
  const EngineHome home;
  const Ended listed = home.engine({"recipes"});
  CHECK_THAT(listed.out, Catch::Contains("\ncookbook/deep_cuts  ") &&
                             Catch::Contains("Little played tracks of the artists you play most"));
  for (const char* name : {"cookbook/deep_cuts", "deep_cuts", "recipes/cookbook/deep_cuts.lua"}) {
    CAPTURE(name);
    const Ended ended = run(home, {"--json", "run", name, "--no-record"});
    INFO(ended.err);
    CHECK(ended.exit_code == 0);
    CHECK(support::parse_json(ended.out).at("recipe") == "recipes/cookbook/deep_cuts.lua");
  }
  CHECK_THAT(run(home, {"run", "deep_cut"}).err, Catch::Contains("did you mean deep_cuts?"));
}

TEST_CASE("every recipe of the cookbook gives the demo's listener a list", "[cookbook]") {
  const EngineHome home;
  for (const std::string& name : names_of_cookbook()) {
    CAPTURE(name);
    std::vector<std::string> line = {"run", name, "--no-record", "--explain", "short"};
    // Names of the demo's playlists, as a person has their own.
    if (name == "road_trip_minus_kids")
      for (const char* set : {"trip=Long Run", "more=Train Rides", "kids=Rain"})
        line.insert(line.end(), {"--set", set});
    const Ended ended = run(home, line);
    INFO(ended.err);
    INFO(ended.out);
    CHECK(ended.exit_code == 0);
  }
}

TEST_CASE("run --show tells columns beside each track", "[show]") {
  const EngineHome home;
  const std::vector<std::string> deep_cuts = {"run", "deep_cuts", "--no-record", "--set",
                                              "tracks=3"};
  const auto shown = [&](std::vector<std::string> more) {
    std::vector<std::string> all = deep_cuts;
    all.insert(all.end(), more.begin(), more.end());
    return run(home, all);
  };
  const Ended short_lines =
      shown({"--explain", "short", "--show", "year,plays", "--show", "explicit"});
  INFO(short_lines.err);
  CHECK_THAT(short_lines.out, Catch::Contains("  year ") && Catch::Contains("  plays ") &&
                                  Catch::Contains("  explicit "));
  CHECK_THAT(shown({"--explain", "log", "--show", "year"}).out,
             Catch::Contains("\n           year "));
  const Ended wrong = shown({"--show", "yaer"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err,
             Catch::Contains("no column \"yaer\"") && Catch::Contains("did you mean year?"));
  std::vector<std::string> asked = {"--json"};
  asked.insert(asked.end(), deep_cuts.begin(), deep_cuts.end());
  asked.insert(asked.end(), {"--show", "tempo,artist_rank"});
  for (const json& track : support::parse_json(run(home, asked).out).at("tracks")) {
    CHECK(track.at("shown").size() == 2);
    CHECK(track.at("shown").at("artist_rank").get<int>() >= 1);
  }
}

TEST_CASE("check knows now, dates and the columns by time and artist", "[check][times]") {
  const EngineHome home;
  const auto problems = [&](const std::string& build) {
    engine::write_file_atomically(home.path("x.lua"),
                                  "local pl = require \"playlist\"\nreturn pl.recipe { title = "
                                  "\"x\", build = function(p, user, "
                                  "now)\nlocal c = user.listens:filter(pl.filtering.allowed {})\n" +
                                      build + "\nend }\n");
    std::string told;
    const json checked = support::parse_json(
        home.engine({"--json", "--now", "2026-11-21T20:00:00Z", "check", home.path("x.lua")}).out);
    for (const json& problem : checked.at("recipes")[0].at("problems"))
      told +=
          problem.at("what").get<std::string>() + "|" + problem.at("fix").get<std::string>() + "\n";
    return told;
  };
  CHECK(problems("return c:filter(function(t) return t.plays_at > 0 and t.artist_rank < 9\n"
                 "and t.last_finished > t.artist_last_played and t.artist_plays > 1 end)")
            .empty());
  CHECK_THAT(problems("return c:filter(function(t) return t.playes_at > 0 end)"),
             Catch::Contains("did you mean plays_at?"));
  CHECK_THAT(problems("return c:at { daypart = now.dypart }"),
             Catch::Contains("now has no \"dypart\"|did you mean daypart?"));
  CHECK_THAT(problems("return c:between { '2019-06', '2019-31' }"),
             Catch::Contains(":between: cannot read to = \"2019-31\""));
  CHECK_THAT(problems("return c:plays_between { '2019', '2018' }"),
             Catch::Contains(":plays_between: 2018 is before 2019"));
  CHECK_THAT(problems("return c:at {}"), Catch::Contains(":at needs a time"));
  CHECK_THAT(problems("return c:at { from_hour = 24 }"),
             Catch::Contains("from_hour = 24 is outside"));
  CHECK_THAT(
      problems("return pl.recall.catalogue {}:filter(pl.filtering.allowed {}):on_this_day {}"),
      Catch::Contains(":on_this_day needs candidates with times"));
  // What is done at other times is checked as well.
  CHECK_THAT(
      problems("if now.daypart == 'night' then c = c:filter(function(t) return t.enrgy > 0.5 "
               "end) end\nreturn c"),
      Catch::Contains("unknown column \"enrgy\" (when now.daypart is night)"));
  CHECK_THAT(
      problems("if now.weekday == 'monday' then c = c:filter(function(t) return t.enrgy > 0.5 "
               "end) end\nreturn c"),
      Catch::Contains("(when now.weekday is monday)"));
  CHECK_THAT(problems("return user.artists:top(10)"),
             Catch::Contains("may play what its listener banned"));
}

TEST_CASE("why tells what a time and a count of an artist did", "[why][times]") {
  const EngineHome home;
  engine::write_file_atomically(
      home.path("x.lua"),
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"x\", random_seed = 1, build = "
      "function(p, user)\nreturn user.listens:between { '2026-06', '2026-08' }\n"
      ":score(function(t) return t.artist_plays end):top(5) end }\n");
  const Ended ran = run(home, {"--json", "run", home.path("x.lua"), "--no-record"});
  const json tracks = support::parse_json(ran.out).at("tracks");
  REQUIRE(tracks.size() == 5);
  const std::string first = std::to_string(tracks[0].at("track").get<int>());
  CHECK_THAT(run(home, {"why", home.path("x.lua"), first}).out, Catch::Contains("artist_plays +"));
  const Ended all = run(home, {"--json", "run", home.path("x.lua"), "--no-record"});
  engine::write_file_atomically(
      home.path("y.lua"),
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"y\", "
      "random_seed = 1, build = function(p, user)\nreturn user.listens:between { "
      "'1999', '1999' } end }\n");
  CHECK_THAT(run(home, {"why-not", home.path("y.lua"), first}).out,
             Catch::Contains("no listen of it was from 1999 to 1999"));
}

namespace {

/// All that is shipped: the cookbook, "weekly", "family" ...
std::vector<std::string> names_of_recipes() {
  std::vector<std::string> names = names_in(kFolder);
  for (const std::string& name : names_in(kFolder + "/..")) names.push_back(name);
  return names;
}

/// Recipes of which this listener gets nothing. Each of the others gives a list in which every track
/// has a reason; an empty one says what emptied it.
std::vector<std::string> empty_ones(const EngineHome& home, const std::string& library,
                                    const std::string& now) {
  std::vector<std::string> empty;
  for (const std::string& name : names_of_recipes()) {
    CAPTURE(name);
    const Ended ended = home.engine({"--library", library, "--now", now, "--random-seed", "1",
                                     "run", name, "--no-record", "--explain", "short"});
    INFO(ended.out);
    INFO(ended.err);
    if (name == "road_trip_minus_kids") {  // for people with playlists
      CHECK(ended.exit_code == 4);
      CHECK_THAT(ended.err, Catch::Contains("there is no playlist \"Road trip\"") &&
                                Catch::Contains("fix:   engine help exports"));
      continue;
    }
    CHECK((ended.exit_code == 0 || ended.exit_code == 1));
    CHECK_THAT(ended.out, !Catch::Contains("the recipe gives no reason"));
    if (ended.exit_code == 0) continue;
    empty.push_back(name);
    CHECK_THAT(ended.out,
               Catch::Contains("note: the list is empty: ") || Catch::Contains(" has no data: "));
  }
  std::sort(empty.begin(), empty.end());
  return empty;
}

Ended import(const EngineHome& home, const std::string& library, const std::string& path) {
  const Ended ended = home.engine({"--library", library, "import", path});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return ended;
}

}  // namespace

TEST_CASE("every recipe is of use with a history alone, and says what it lacks", "[cookbook]") {
  const EngineHome home;
  const auto played = [](const std::string& artist, const std::string& title, int times) {
    std::string rows;
    for (int day = 1; day <= times; ++day) {
      char row[128];
      std::snprintf(row, sizeof row, "2026-%02d-%02dT20:00:00Z,%s,%s\n", 5 + day / 28, 1 + day % 28,
                    artist.c_str(), title.c_str());
      rows += row;
    }
    return rows;
  };
  std::string one_artist;
  for (int k = 1; k <= 40; ++k)
    one_artist += played("One Band", "Song " + std::to_string(k), 40 + k);
  const std::map<std::string, std::string> libraries = {
      {"one track", played("Solo", "Only", 1)},
      {"two tracks", played("Solo", "Only", 1) + played("Duo", "Second", 2)},
      {"one artist", one_artist}};
  for (const auto& [name, rows] : libraries) {
    CAPTURE(name);
    const std::string library = home.path(name + ".db");
    engine::write_file_atomically(home.path("plays.csv"), "time,artist,title\n" + rows);
    import(home, library, home.path("plays.csv"));
    const std::vector<std::string> empty = empty_ones(home, library, "2026-08-21T20:00:00Z");
    // Whatever is known of a track: these need its plays only.
    for (const char* recipe : {"family", "radio", "top_of_the_year"})
      CHECK(std::ranges::count(empty, recipe) == 0);
    CHECK(std::ranges::count(empty, "fresh_likes") == 1);
  }
}

TEST_CASE("every recipe gives a person with a real history a list", "[cookbook][shared]") {
  const std::string data = std::string(PLAYLIST_SOURCE_DIR) + "/../shared/data";
  if (!fs::exists(data)) {
    WARN("skipped: there is no " << data);
    return;
  }
  const EngineHome home;
  const std::string library = home.path("a.db"), now = "2024-09-26T20:00:00Z";
  import(home, library, data + "/history/extended_person_a");
  // Without features, tags and likes, and with nothing that is new to them.
  CHECK(empty_ones(home, library, now) ==
        std::vector<std::string>{"decades_in_turns", "discover", "focus", "fresh_likes", "gym",
                                 "harmonic_set", "new_artists", "nineties_not_heard",
                                 "rock_without_ballads", "sunday_calm", "wind_down"});
  import(home, library, data + "/tracks/spotify_songs.csv.gz");
  CHECK(empty_ones(home, library, now) == std::vector<std::string>{"fresh_likes"});
}

namespace {

Ended run_build(const EngineHome& home, const std::string& build) {
  engine::write_file_atomically(home.path("x.lua"),
                                "local pl = require \"playlist\"\nreturn pl.recipe { title = "
                                "\"x\", random_seed = 1, build = function(p, user)\nreturn " +
                                    build + "\nend }\n");
  return run(home, {"run", home.path("x.lua"), "--no-record"});
}

}  // namespace

TEST_CASE("an empty list says which step emptied it", "[run][empty]") {
  const EngineHome home;
  const std::string at = " (" + home.path("x.lua") + ":3)";
  const auto told = [&](const std::string& build) {
    const Ended ended = run_build(home, build);
    INFO(ended.err);
    CHECK(ended.exit_code == 1);
    CHECK_THAT(ended.err, !Catch::Contains("what brings new music"));
    return ended.out;
  };
  CHECK_THAT(told("user.likes:top(3):filter(function(t) return t.energy > 9 end, \"too calm\")"
                  ":limit { tracks = 5 }"),
             Catch::Contains("note: the list is empty: :filter" + at +
                             " kept none of 3 candidates: too calm\n"));
  CHECK_THAT(told("user.listens:between { '1999', '1999' } + user.banned"),
             Catch::Contains("note: the list is empty: :between" + at + " kept none of ") &&
                 Catch::Contains("note: the list is empty: user.banned has no tracks\n"));
  // What is taken away is not where candidates come from.
  CHECK_THAT(told("user.likes - user.likes"),
             Catch::Contains("note: the list is empty: -" + at + " kept none of "));
}

TEST_CASE("a step finds the columns of the plan where there are no rows", "[run][empty]") {
  const EngineHome home;
  for (const std::string from : {"user.banned", "pl.recall.artist_cf {}",
                                 "user.likes:between { '1999', '1999' }:score(function(t) return 1 "
                                 "end):limit { tracks = 5 }"}) {
    for (const std::string column : {"ts", "score"}) {
      const bool has_it =
          from.starts_with("user") ? column == "ts" || from.size() > 20 : column == "score";
      if (!has_it) continue;
      CAPTURE(from, column);
      const Ended ended =
          run_build(home, from + ":order(pl.ordering.by { '" + column + "', direction = 'up' })");
      INFO(ended.err);
      CHECK(ended.exit_code == 1);
    }
  }
}

TEST_CASE("only what a recall finds is told as discovered", "[run][mix]") {
  const EngineHome home;
  const std::string mix =
      ", share = 0.5, otherwise = user.likes }, { user.likes, share = 0.5 } }"
      ":limit { tracks = 10 }";
  CHECK_THAT(run_build(home, "pl.mix { { user.library:top(500)" + mix).out,
             !Catch::Contains("discover"));
  CHECK_THAT(run_build(home, "pl.mix { { pl.recall.genre { seeds = user.likes }" + mix).out,
             Catch::Contains(" discovered; "));
}
