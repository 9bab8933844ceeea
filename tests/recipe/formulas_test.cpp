// scripts/formulas.lua: every function by numbers worked out by hand, missing values, and that
// formulas which call them stay in compiled code.
#include "playlist/plugin.h"

#include <cmath>
#include <ctime>
#include <limits>

#include <catch2/catch.hpp>
#include <lua.hpp>

#include "support/lua_run.hpp"

using engine::FormulaColumn;
using engine::LuaState;

namespace {

const std::vector<std::string> kScripts = {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"};

/// The value of an expression of `f`, as text.
std::string value(const std::string& expression) {
  return test::recipe_value("local f = require 'formulas'\nreturn tostring(" + expression + ")",
                            kScripts);
}

double number(const std::string& expression) {
  const std::string text = value(expression);
  CAPTURE(expression, text);
  return text.find("nan") != std::string::npos ? std::nan("") : std::stod(text);
}

bool is_missing(const std::string& expression) {
  return std::isnan(number(expression));
}

}  // namespace

TEST_CASE("ramp, smoothstep, bell, near and between have their shapes", "[formulas]") {
  CHECK(number("f.ramp(3, 2, 6)") == 0.25);
  CHECK(number("f.ramp(1, 2, 6)") == 0);
  CHECK(number("f.ramp(9, 2, 6)") == 1);
  CHECK(number("f.ramp(3, 6, 2)") == 0.75);           // falls
  CHECK(number("f.smoothstep(4, 2, 6)") == 0.5);      // 3/4 - 2/8
  CHECK(number("f.smoothstep(3, 2, 6)") == 0.15625);  // 3/16 - 2/64
  CHECK(number("f.smoothstep(7, 2, 6)") == 1);
  CHECK(number("f.bell(120, 120, 15)") == 1);
  CHECK(number("f.bell(135, 120, 15)") == Approx(std::exp(-0.5)));
  CHECK(number("f.bell(90, 120, 15)") == Approx(std::exp(-2.0)));
  CHECK(number("f.near(0.5, 0.7, 0.4)") == Approx(0.5));
  CHECK(number("f.near(0.1, 0.7, 0.4)") == 0);
  CHECK(number("f.between(2, 2, 3)") == 1);
  CHECK(number("f.between(3.5, 2, 3)") == 0);
}

TEST_CASE("zscore, shrunk, log_share and freshness", "[formulas]") {
  CHECK(number("f.zscore(7, 5, 4)") == 0.5);
  CHECK(number("f.zscore(7, 5, 0)") == 0);
  CHECK(number("f.shrunk(1, 5, 0.3, 5)") == Approx(0.65));  // (5 + 1.5) / 10
  CHECK(number("f.shrunk(0 / 0, 0, 0.3, 5)") == Approx(0.3));
  CHECK(number("f.log_share(9, 99)") == Approx(0.5));
  CHECK(number("f.log_share(0, 99)") == 0);
  CHECK(number("f.log_share(5000, 99)") == 1);
  CHECK(number("f.freshness(30, 30)") == Approx(0.5));
  CHECK(number("f.freshness(0, 30)") == 0);
  CHECK(number("f.freshness(0 / 0, 30)") == 1);  // never heard
}

TEST_CASE("hours, parts of the day and eras", "[formulas]") {
  CHECK(number("f.hour_distance(23, 1)") == 2);
  CHECK(number("f.hour_distance(6, 18)") == 12);
  CHECK(number("f.hour_distance(20.5, 20)") == 0.5);
  CHECK(value("f.daypart(4.9)") == "night");
  CHECK(value("f.daypart(5)") == "morning");
  CHECK(value("f.daypart(12)") == "afternoon");
  CHECK(value("f.daypart(17)") == "evening");
  CHECK(value("f.daypart(22)") == "night");
  CHECK(value("f.daypart(24)") == "night");
  CHECK(number("f.era(1994)") == 1990);
  CHECK(number("f.era(2000)") == 2000);
}

TEST_CASE("the Camelot wheel is the one on every DJ's wall", "[formulas]") {
  const std::vector<std::string> majors = {"8B", "3B", "10B", "5B",  "12B", "7B",
                                           "2B", "9B", "4B",  "11B", "6B",  "1B"};  // C ... B
  const std::vector<std::string> minors = {"5A",  "12A", "7A", "2A", "9A", "4A",
                                           "11A", "6A",  "1A", "8A", "3A", "10A"};
  for (int key = 0; key < 12; ++key) {
    CHECK(value("f.camelot_name(" + std::to_string(key) + ", 1)") ==
          majors[static_cast<std::size_t>(key)]);
    CHECK(value("f.camelot_name(" + std::to_string(key) + ", 0)") ==
          minors[static_cast<std::size_t>(key)]);
  }
  CHECK(number("f.camelot_distance(0, 1, 0, 1)") == 0);
  CHECK(number("f.camelot_distance(0, 1, 9, 0)") == 1);   // C major, A minor
  CHECK(number("f.camelot_distance(0, 1, 7, 1)") == 1);   // C major 8B, G major 9B
  CHECK(number("f.camelot_distance(11, 1, 4, 1)") == 1);  // B major 1B, E major 12B
  CHECK(number("f.camelot_distance(0, 1, 6, 1)") == 6);   // C 8B, F sharp 2B
  CHECK(number("f.camelot_distance(0, 1, 3, 0)") == 7);   // C 8B, E flat minor 2A
}

TEST_CASE("tempo distance folds half and double time", "[formulas]") {
  CHECK(number("f.tempo_distance(120, 60)") == Approx(0).margin(1e-12));
  CHECK(number("f.tempo_distance(120, 132)") == Approx(std::log2(1.1)));
  CHECK(number("f.tempo_distance(90, 120)") == Approx(std::log2(4.0 / 3)));
  CHECK(number("f.tempo_distance(100, 260)") == Approx(std::log2(1.3)));
}

TEST_CASE("the quarters of the mood plane", "[formulas]") {
  CHECK(value("f.quadrant(0.8, 0.8)") == "happy");
  CHECK(value("f.quadrant(0.2, 0.8)") == "tense");
  CHECK(value("f.quadrant(0.2, 0.2)") == "sad");
  CHECK(value("f.quadrant(0.5, 0.49)") == "calm");
}

TEST_CASE("what is missing stays missing", "[formulas]") {
  for (const char* expression :
       {"f.ramp(nan, 0, 1)", "f.smoothstep(nan, 0, 1)", "f.bell(nan, 0, 1)", "f.near(nan, 0, 1)",
        "f.between(nan, 0, 1)", "f.zscore(nan, 0, 1)", "f.zscore(nan, 0, 0)", "f.log_share(nan, 9)",
        "f.hour_distance(nan, 3)", "f.era(nan)", "f.camelot(nan, 1)",
        "f.camelot_distance(0, 1, nan, 1)", "f.tempo_distance(nan, 90)"}) {
    CAPTURE(expression);
    std::string text = expression;
    text.replace(text.find("nan"), 3, "0 / 0");
    CHECK(is_missing(text));
  }
  CHECK(value("f.daypart(0 / 0)") == "nil");
  CHECK(value("f.quadrant(0 / 0, 1)") == "nil");
  CHECK(value("f.camelot_name(0 / 0, 1)") == "nil");
}

TEST_CASE("every function of formulas.lua is documented and used here", "[formulas]") {
  const std::string names = test::recipe_value(
      "local f = require 'formulas'\nlocal all = ''\n"
      "for name in pairs(f) do all = all .. name .. ' ' end\nreturn all",
      kScripts);
  CHECK(names ==
        "bell between camelot camelot_distance camelot_name daypart era freshness hour_distance "
        "log_share near quadrant ramp shrunk smoothstep tempo_distance zscore ");
}

TEST_CASE("formulas that call formulas.lua stay in compiled code", "[formulas]") {
  constexpr std::int64_t kRows = 60'000;
  std::vector<float> tempo(kRows), energy(kRows);
  std::vector<std::int32_t> key(kRows), tracks(kRows), mode(kRows);
  for (std::int64_t i = 0; i < kRows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    tempo[at] = 60 + static_cast<float>(i % 120);
    energy[at] = static_cast<float>(i % 101) / 100;
    key[at] = static_cast<std::int32_t>(i % 12);
    mode[at] = static_cast<std::int32_t>(i % 2);
  }
  const std::vector<FormulaColumn> columns = {{"tempo", PLAYLIST_F32, tempo.data()},
                                              {"energy", PLAYLIST_F32, energy.data()},
                                              {"key", PLAYLIST_I32, key.data()},
                                              {"mode", PLAYLIST_I32, mode.data()}};
  const std::string formula =
      GENERATE("f.bell(t.tempo, 120, 15)", "f.smoothstep(t.tempo, 80, 140)",
               "f.ramp(t.energy, 0.2, 0.8) + f.near(t.energy, 0.5, 0.3)",
               "f.between(t.tempo, 90, 120) + f.zscore(t.energy, 0.5, 0.2)",
               "f.shrunk(t.energy, t.key, 0.3, 5) + f.log_share(t.tempo, 200)",
               "f.freshness(t.tempo, 30) + f.hour_distance(t.key, 8)",
               "f.camelot_distance(t.key, t.mode, 0, 1)", "f.tempo_distance(t.tempo, 120)",
               "f.era(t.tempo) + (f.quadrant(t.energy, t.energy) == 'happy' and 1 or 0)");
  CAPTURE(formula);
  const std::string recipe =
      "local f = require 'formulas'\nreturn function(t) return " + formula + " end";
  const auto seconds = [&](bool is_compiled, std::vector<float>& out) {
    LuaState lua(test::lua_limits(60), kScripts, 1);
    if (!is_compiled) luaJIT_setmode(lua.raw(), 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    lua.load_recipe("recipes/x.lua", recipe);
    const std::clock_t begin = std::clock();
    lua.score(-1, columns, tracks.data(), kRows, out.data());
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  std::vector<float> fast(kRows), slow(kRows);
  const double interpreted = seconds(false, slow);
  const double compiled = std::min(seconds(true, fast), seconds(true, fast));
  CAPTURE(compiled, interpreted);
  CHECK(fast == slow);
  CHECK(compiled * 4 < interpreted);  // hundreds of times faster where it stays compiled
}
