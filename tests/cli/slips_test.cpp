// The slips that everybody makes in their first recipes: each error says what to write, with the
// recipe's line.
#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "support/program.hpp"

using Catch::Contains;
using support::Ended;
using support::EngineHome;

namespace {

struct Slip {
  const char* line;  // the fourth of the recipe
  const char* fix;   // what the error says to write
};

/// The recipe that has the line as its fourth.
std::string recipe_with(const std::string& line) {
  return "local pl = require \"playlist\"\n"
         "return pl.recipe { title = \"x\", build = function(p, user)\n"
         "local likes = user.likes\n" +
         line + "\nreturn likes\nend }\n";
}

}  // namespace

TEST_CASE("a slip of a first recipe is told with what to write", "[slips]") {
  const Slip slip = GENERATE(values<Slip>({
      {"likes = likes.filter(function(t) return t.energy > 0.5 end)",
       "write a colon: candidates:filter(...)"},
      {"likes = likes.top(10)", "write a colon: candidates:top(...)"},
      {"likes = likes.limit { tracks = 10 }", "write a colon: candidates:limit(...)"},
      {"local rows = likes.rows()", "write a colon: candidates:rows(...)"},
      {"likes = user.likes()", "leave out the () behind them"},
      {"likes = likes:filter(function(t) return t.energy != 0.5 end)", "write ~= for !="},
      {"likes = likes:filter(function(t) return !t.explicit end)", "write not for !"},
      {"likes = likes:filter(function(t) return t.energy > 0.5 && t.tempo > 120 end)",
       "write and for &&"},
      {"likes = likes:filter(function(t) return t.energy > 0.5 || t.tempo > 120 end)",
       "write or for ||"},
      {"likes = likes:filter(t => t.energy > 0.5)",
       "write function(t) return ... end for t => ..."},
      {"local n = 1 n += 1", "write x = x + 1 for x += 1"},
      {"if p == 1 { likes = likes:top(1) }", "write then ... end for { ... }"},
      {"if p = 1 then likes = likes:top(1) end", "write == to compare"},
      {"// the best", "comments begin with --"},
      {"likes = likes:shuffle()", "write :order(pl.ordering.shuffle {})"},
      {"likes = likes:sort(function(a, b) return a.energy < b.energy end)",
       "write :order(function(t) return t.energy end), smallest first"},
      {"likes = likes:take(10)", "write :top(10)"},
      {"likes = likes:map(function(t) return t.energy end)", "write :column(\"name\", function(t)"},
      {"local now = os.time()", "the time of the run is user.now"},
      {"local f = io.open(\"x\")", "a recipe reads and writes no files"},
      {"local n = null", "write nil"},
      {"likes = likes:order(function(a, b) return a.energy < b.energy end)",
       "write :order(function(t) return t.energy end), or -t.energy for the largest first"},
      {"likes = likes:filter(function(t, i) return i < 10 end)", "write function(t) ... end"},
      {"likes = likes:filter(\"energy > 0.5\")",
       "write :filter(function(t) return t.energy > 0.5 end)"},
      {"likes = likes:filter(\"artist != 'A B' && energy >= 0.5\")",
       "write :filter(function(t) return t.artist ~= 'A B' and t.energy >= 0.5 end)"},
      {"likes = likes:filter(\"banned\")", "write :filter(pl.filtering.banned {})"},
      {"likes = likes:order(\"energy\")", "write :order(function(t) return t.energy end)"},
      {"likes = likes:score(\"plays - 2 * skip_rate\")",
       "write :score(function(t) return t.plays - 2 * t.skip_rate end)"},
      {"likes = likes:rank(\"mood\")", "write :rank(pl.ranking.mood {})"},
  }));
  CAPTURE(slip.line);
  const EngineHome home;
  const std::string file = home.path("mine.lua");
  engine::write_file_atomically(file, recipe_with(slip.line));
  const Ended ended = home.engine({"check", file});
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.out, Contains("fix:   " + std::string(slip.fix)));
  CHECK_THAT(ended.out, Contains("where: " + file + ":4"));
  CHECK_THAT(ended.out, Contains("|      " + std::string(slip.line)));
}

TEST_CASE("formulas that take one track, or what they are given, are no slips", "[slips]") {
  const std::string line =
      GENERATE(as<std::string>(), "likes = likes:filter(function() return true end)",
               "likes = likes:filter(function(...) return true end)",
               "likes = likes:score(function(t) local f = function(a, b) return a + b end return "
               "f(1, 2) end)");
  CAPTURE(line);
  const EngineHome home;
  engine::write_file_atomically(home.path("mine.lua"), recipe_with(line));
  const Ended ended = home.engine({"check", home.path("mine.lua")});
  CHECK_THAT(ended.out, !Contains("parameters"));
}
