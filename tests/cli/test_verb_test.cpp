// engine test: recipes carry tests; each expectation can fail, and says which track broke it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// Five tracks by two artists, energy 0.1 ... 0.5; the test's listener has heard the first.
const std::string kLibrary =
    "{ tracks = {\n"
    "  { title = 'A', artist = 'X', energy = 0.1, album = 'L', seconds = 60, year = 1991 },\n"
    "  { title = 'B', artist = 'X', energy = 0.2, album = 'L', tags = { 'rock' } },\n"
    "  { title = 'C', artist = 'Y', energy = 0.3 }, { title = 'D', artist = 'Y', energy = 0.4 },\n"
    "  { title = 'E', artist = 'Y', energy = 0.5 } },\n"
    "  listens = { { 'A', days_ago = 2, times = 3 } }, likes = { 'B' }, library = { 'C' },\n"
    "  saved_artists = { 'X' }, banned = { 'D' } }";

/// A recipe that gives A ... E in order of energy, with one test of this `expect`.
std::string recipe(const std::string& expect, const std::string& more = "",
                   const std::string& order = "t.energy") {
  return "local pl = require 'playlist'\n"
         "return pl.recipe { title = 'x', random_seed = 1,\n"
         "  params = { tracks = pl.int { 5, min = 1, max = 9 } },\n"
         "  build = function(p, user)\n"
         "    return pl.recall.catalogue {}:order(function(t) return " +
         order +
         " end):limit { tracks = p.tracks }\n  end,\n"
         "  tests = { { 'it holds', library = " +
         kLibrary + ", " + more + " expect = { " + expect + " } } } }\n";
}

/// "" when the test passed, else what engine test says.
std::string failure(const std::string& expect, const std::string& more = "",
                    const std::string& order = "t.energy") {
  const EngineHome home;
  engine::write_file_atomically(home.path("mine.lua"), recipe(expect, more, order));
  const Ended ended = home.engine({"test", home.path("mine.lua")});
  INFO(ended.err);
  CHECK((ended.exit_code == 0 || ended.exit_code == 1));
  const bool is_passed = ended.out.find("  ok    it holds") != std::string::npos;
  CHECK(is_passed == (ended.exit_code == 0));
  return is_passed ? "" : ended.out;
}

}  // namespace

TEST_CASE("the shipped recipes pass their own tests", "[test]") {
  const EngineHome home;
  const Ended ended = home.engine({"test", "recipes"});
  INFO(ended.out);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("recipes/weekly.lua\n  ok    ") &&
                            Catch::Contains(" passed, 0 failed\n"));
}

TEST_CASE("a blend takes each branch's best within its quota, and shares out what one lacks",
          "[test][blend]") {
  const EngineHome home;
  const Ended ended = home.engine({"test", "tests/data/recipes/blend_quotas.lua"});
  INFO(ended.out);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("\n7 passed, 0 failed\n"));
}

TEST_CASE("numbers and bounds", "[test]") {
  CHECK(failure("tracks = 5").empty());
  CHECK(failure("tracks = 3", "set = { tracks = 3 },").empty());
  CHECK_THAT(failure("tracks = 6"), Catch::Contains("tracks = 6: expected 6, got 5"));
  CHECK_THAT(failure("tracks = { max = 4 }"), Catch::Contains("expected at most 4, got 5"));
  CHECK(failure("minutes = { min = 14, max = 15 }").empty());  // 60 + 4 * 200 s
  CHECK_THAT(failure("minutes = { max = 14 }"), Catch::Contains("expected at most 14, got 14.3"));
  CHECK(failure("artists = 2").empty());
  CHECK_THAT(failure("artists = 3"), Catch::Contains("expected 3, got 2"));
  // Heard A, liked B, owns C; D and E are new.
  CHECK(failure("new = 0.4").empty());
  CHECK_THAT(failure("new = { max = 0.2 }"),
             Catch::Contains("expected at most 20 %, got 40 %: \"D\" by Y (place 4)"));
}

TEST_CASE("rules about artists, albums and their places name the tracks", "[test]") {
  CHECK(failure("per_artist = 3").empty());
  CHECK_THAT(failure("per_artist = 2"),
             Catch::Contains("per_artist = 2: 3 of artist Y: \"C\" by Y (place 3), \"D\" by Y "
                             "(place 4), \"E\" by Y (place 5)"));
  CHECK_THAT(failure("per_album = 1"), Catch::Contains("2 of album X - L: \"A\" by X (place 1)"));
  CHECK_THAT(failure("spacing = 1"),
             Catch::Contains("only 0 between \"A\" by X (place 1) and \"B\" by X (place 2)"));
}

TEST_CASE("orders and titles", "[test]") {
  CHECK(failure("rising = 'energy'").empty());
  CHECK_THAT(failure("falling = 'energy'"), Catch::Contains("energy is not falling: 0.1"));
  CHECK(failure("list = { 'A', 'B', 'C', 'D', 'E' }").empty());
  CHECK_THAT(failure("list = { 'A', 'C' }"),
             Catch::Contains("place 2 is \"B\" by X (place 2), expected \"C\""));
  CHECK(failure("includes = { 'E' }").empty());
  CHECK_THAT(failure("includes = { 'F' }"), Catch::Contains("\"F\" is not in the list"));
  CHECK_THAT(failure("excludes = { 'E' }"), Catch::Contains("\"E\" by Y (place 5) is in the list"));
}

TEST_CASE("functions over rows, with what is known of each track", "[test]") {
  CHECK(failure("all = function(row) return row.energy < 0.6 end").empty());
  CHECK_THAT(failure("all = function(row) return row.energy < 0.45 end"),
             Catch::Contains("all: does not hold for \"E\" by Y (place 5)"));
  CHECK_THAT(failure("none = function(row) return row.year == 1991 end"),
             Catch::Contains("none: holds for \"A\" by X (place 1)"));
  CHECK(failure("none = function(row) return row.is_liked ~= (row.title == 'B') end").empty());
  CHECK(failure("none = function(row) return row.is_owned ~= (row.title == 'B' or row.title == "
                "'C') end")
            .empty());
  CHECK(failure("check = function(rows) return rows[2].tags[1] == 'rock' end").empty());
  CHECK_THAT(failure("check = function(rows) return #rows == 4, 'there are ' .. #rows end"),
             Catch::Contains("check: there are 5"));
  CHECK_THAT(
      failure("check = function(rows) return rows[1].x.y end"),
      Catch::Contains("its functions run: attempt to index") && Catch::Contains("mine.lua:"));
}

TEST_CASE("banned tracks are found, and lists that change are", "[test]") {
  CHECK_THAT(failure("never_banned = true"), Catch::Contains("banned: \"D\" by Y (place 4)"));
  CHECK(failure("never_banned = true", "set = { tracks = 3 },").empty());
  CHECK(failure("same = 'week'").empty());
  CHECK(failure("same = 'day'").empty());
  // The order turns with the day since the play of A.
  CHECK_THAT(failure("same = 'week'", "now = '2026-11-16',",
                     "t.energy * (math.floor(user.now / 86400) % 2 == 0 and 1 or -1)"),
             Catch::Contains("same = \"week\": at 2026-11-17T00:00:00Z, the list is different "
                             "from place 1 on: \""));
}

TEST_CASE("a test file beside the recipe is found, and JSON has every expectation", "[test]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("mine.lua"),
                                recipe("tracks = 5", "", "known(t.energy, 0)"));
  engine::write_file_atomically(
      home.path("mine_test.lua"),
      "return { { 'a second one', library = { tracks = 50, artists = 10, listens = 100, users = 1 "
      "}, expect = { tracks = 5, per_artist = 0 } } }\n");
  const Ended ended = home.engine({"--json", "test", home.path("mine.lua")});
  CHECK(ended.exit_code == 1);
  const json result = support::parse_json(ended.out);
  CHECK((result.at("passed") == 1 && result.at("failed") == 1 && result.at("ok") == false));
  const json& tests = result.at("recipes").at(0).at("tests");
  CHECK(tests.at(0).at("name") == "it holds");
  CHECK(tests.at(1).at("name") == "a second one");
  CHECK(tests.at(1).at("expectations").size() == 2);
  const Ended one = home.engine({"test", "--only", "second", home.path("mine.lua")});
  CHECK_THAT(one.out, Catch::Contains("0 passed, 1 failed"));
}

TEST_CASE("tests that say nothing, or something unknown, are refused", "[test]") {
  const auto refused = [](const std::string& tests) {
    const EngineHome home;
    engine::write_file_atomically(
        home.path("mine.lua"),
        "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = function(p, user) "
        "return pl.recall.catalogue {} end, tests = " +
            tests + " }\n");
    const Ended ended = home.engine({"test", home.path("mine.lua")});
    CHECK(ended.exit_code == 1);
    return ended.out;
  };
  CHECK_THAT(refused("{ { 'x' } }"),
             Catch::Contains("test \"x\" expects nothing") && Catch::Contains("mine.lua"));
  CHECK_THAT(refused("{ { expect = { tracks = 1 } } }"), Catch::Contains("test 1 needs a name"));
  CHECK_THAT(refused("{ { 'x', expect = { trakcs = 1 } } }"),
             Catch::Contains("expect of test \"x\" has no \"trakcs\"; did you mean tracks?"));
  CHECK_THAT(refused("{ { 'x', expects = { tracks = 1 } } }"),
             Catch::Contains("did you mean expect?"));
  CHECK_THAT(refused("{ { 'x', expect = { same = 'month' } } }"),
             Catch::Contains("same takes \"run\", \"day\" or \"week\", got \"month\""));
  CHECK_THAT(refused("{ { 'x', expect = { per_artist = '3' } } }"),
             Catch::Contains("per_artist takes a number, got a string"));
  CHECK_THAT(refused("{ { 'x', library = { trcks = 3 }, expect = { tracks = 1 } } }"),
             Catch::Contains("the library of a test has no \"trcks\"") &&
                 Catch::Contains("did you mean tracks?"));
  CHECK_THAT(refused("{ { 'x', library = { tracks = { { title = 'A', artist = 'X' } }, likes = { "
                     "'B' } }, expect = { tracks = 1 } } }"),
             Catch::Contains("has no track \"B\""));
  CHECK_THAT(refused("{ { 'x', set = { nothing = 1 }, expect = { tracks = 1 } } }"),
             Catch::Contains("no parameter \"nothing\""));
}

TEST_CASE("nothing to test is no success", "[test]") {
  const EngineHome home;
  engine::write_file_atomically(
      home.path("mine.lua"),
      "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = function(p, user) "
      "return pl.recall.catalogue {} end }\n");
  const Ended ended = home.engine({"test", home.path("mine.lua")});
  CHECK(ended.exit_code == 1);
  CHECK_THAT(ended.out, Catch::Contains("no tests"));
  CHECK_THAT(ended.err, Catch::Contains("nothing was tested"));
}

TEST_CASE("prompts give what they ask for, and say what is wrong with them", "[test][prompts]") {
  const EngineHome home;
  const Ended ended = home.engine({"test", "tests/data/recipes/prompts.lua"});
  INFO(ended.out);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("\n7 passed, 0 failed\n"));
  const auto error_of = [&](const std::string& prompt) {
    return home
        .engine({"--library", support::demo_library(), "run", "tests/data/recipes/prompts.lua",
                 "--set", "prompt=" + prompt})
        .err;
  };
  CHECK_THAT(error_of("artis:(x)"), Catch::Contains("did you mean artist:?"));
  CHECK_THAT(error_of("artist:(x"), Catch::Contains("has a ( that no ) closes"));
  CHECK_THAT(error_of("artist:(a)b"), Catch::Contains("where a term should have ended"));
  CHECK_THAT(error_of("artist:u2:nosim"), Catch::Contains("lacks a weight"));
  CHECK_THAT(error_of("#jazz:0"), Catch::Contains("from 1 to 1000"));
  CHECK_THAT(error_of("#jazz:2:esay"), Catch::Contains("did you mean easy?"));
  CHECK_THAT(error_of("#jazz::"), Catch::Contains("lacks an option"));
  CHECK_THAT(error_of("artist:(meh)::nosim,"), Catch::Contains("lacks an option"));
  CHECK_THAT(error_of("country:mali"), Catch::Contains("which no library has"));
  CHECK_THAT(error_of("#jazz dub"), Catch::Contains("\"dub\", which is no term"));
}
