// The numbers of a recipe's text, and new ones in their places.
#include "evaluate/tunables.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using engine::evaluate::find_tunables;
using engine::evaluate::Tunable;
using engine::evaluate::with_values;

namespace {

constexpr const char* kRecipe = R"(-- :score { not = 1 } in a comment
local pl = require "playlist"
local text = "x = pl.int { 3, tune = true } in a text"  --[[ y = pl.int { 4, tune = true } ]]
return pl.recipe {
  params = {
    tracks    = pl.int    { 50, min = 1, max = 1000 },
    discovery = pl.share  { 0.08, tune = true, help = "share, of { new } tracks" },
    finished  = pl.int ( { min = 1, max = 9, 3, tune = true } ),
    bend      = pl.number { -2, tune = true },
  },
  build = function(p, user)
    return pl.recall.catalogue { tag = "rock" }
      :score { plays = 0.5, ["energy"] = -1e1, tempo = p.bend }
      :score(function(t) return t.score end)
      :score({ valence = 0 ; plays = .25 })
  end,
}
)";

std::string refusal(const std::string& text) {
  try {
    find_tunables("recipes/x.lua", text);
    return "";
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kRecipe);
    return error.text();
  }
}

}  // namespace

TEST_CASE("weights and marked parameters are found where they stand", "[evaluate][tune]") {
  const std::string text = kRecipe;
  const std::vector<Tunable> found = find_tunables("recipes/x.lua", text);
  struct Expected {
    const char *name, *literal;
    double value, low, high;
    int line;
  };
  const std::vector<Expected> expected = {
      {"discovery", "0.08", 0.08, 0, 1, 7},
      {"finished", "3", 3, 1, 9, 8},
      {"bend", "-2", -2, -8, -0.5, 9},
      {"score.plays", "0.5", 0.5, -8, 8, 13},
      {"score.energy", "-1e1", -10, -160, 160, 13},
      {"score#2.valence", "0", 0, -4, 4, 15},
      {"score#2.plays", ".25", 0.25, -4, 4, 15},
  };
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k) {
    CAPTURE(expected[k].name);
    CHECK(found[k].name == expected[k].name);
    CHECK(text.substr(found[k].begin, found[k].length) == expected[k].literal);
    CHECK(found[k].value == expected[k].value);
    CHECK(found[k].low == expected[k].low);
    CHECK(found[k].high == expected[k].high);
    CHECK(found[k].line == expected[k].line);
  }
}

TEST_CASE("new numbers go into the old ones' places, and nothing else moves", "[evaluate][tune]") {
  const std::string text = kRecipe;
  const std::vector<Tunable> found = find_tunables("recipes/x.lua", text);
  std::vector<double> values;
  for (const Tunable& tunable : found) values.push_back(tunable.value);
  CHECK(with_values(text, found, values) == text);
  values[0] = 0.125;
  values[1] = 7;
  values[4] = 2.5;
  values[6] = -3;
  std::string expected = text;
  const auto replace = [&](const std::string& from, const std::string& to) {
    expected.replace(expected.find(from), from.size(), to);
  };
  replace("pl.share  { 0.08,", "pl.share  { 0.125,");
  replace("max = 9, 3, tune", "max = 9, 7, tune");
  replace("[\"energy\"] = -1e1", "[\"energy\"] = 2.5");
  replace("plays = .25", "plays = -3");
  CHECK(with_values(text, found, values) == expected);
}

TEST_CASE("values are written short and read back the same", "[evaluate][tune]") {
  Tunable number;
  number.low = -100;
  number.high = 100.0 / 3;
  for (const double value : {0.1234567, -7.0, 1e-9, 33.3333333333, 99.0}) {
    CAPTURE(value);
    const double rounded = engine::evaluate::rounded(number, value);
    CHECK(rounded <= number.high);
    CHECK(std::stod(engine::evaluate::spelled(number, rounded)) == rounded);
  }
  CHECK(engine::evaluate::spelled(number, engine::evaluate::rounded(number, 0.1234567)) == "0.123");
  CHECK(engine::evaluate::spelled(number, -0.0) == "0");
  Tunable whole;
  whole.is_whole = true;
  whole.low = 1;
  whole.high = 5000;
  CHECK(engine::evaluate::spelled(whole, engine::evaluate::rounded(whole, 1234.4)) == "1234");
}

TEST_CASE("what cannot be tuned is refused with its line", "[evaluate][tune]") {
  CHECK_THAT(refusal("return x:score {\n  taste = 0.5,\n  mood = 2 * p.mood }\n"),
             Catch::Contains("the weight of mood is not a number that stands here") &&
                 Catch::Contains("recipes/x.lua:3") &&
                 Catch::Contains("|        mood = 2 * p.mood }") &&
                 Catch::Contains("it is written as: 2 * p.mood") &&
                 Catch::Contains("a parameter with tune = true and use p.NAME alone"));
  CHECK_THAT(refusal("params = { a = pl.number { 1 } }\nx:score { mood = p.a }"),
             Catch::Contains("the weight of mood is not a number"));
  CHECK(refusal("params = { a = pl.number { 1, tune = true } }\nx:score { mood = p.a }").empty());
  CHECK_THAT(refusal("a = pl.number { 1 + 1, tune = true }"),
             Catch::Contains("the default of parameter a is no number") &&
                 Catch::Contains("it is written as: 1 + 1"));
  CHECK_THAT(refusal("a = pl.int { 3, min = low, tune = true }"),
             Catch::Contains("the min of parameter a is no number"));
  CHECK_THAT(refusal("a = pl.int { 3, min = 3, max = 3, tune = true }"),
             Catch::Contains("parameter a has no range to tune in"));
  CHECK_THAT(refusal("return x:score(function(t) return t.plays end)"),
             Catch::Contains("there is nothing to tune in this recipe") &&
                 Catch::Contains("no parameter with tune = true"));
}

TEST_CASE("lines and comments end as LuaJIT ends them, the text keeps its bytes",
          "[evaluate][tune]") {
  const std::vector<Tunable> plain = find_tunables("recipes/x.lua", kRecipe);
  for (const std::string& end : {"\r", "\r\n", "\n\r"}) {
    std::string text;
    for (const char* c = kRecipe; *c != 0; ++c) text += *c == '\n' ? end : std::string(1, *c);
    const std::vector<Tunable> found = find_tunables("recipes/x.lua", text);
    REQUIRE(found.size() == plain.size());
    for (std::size_t k = 0; k < found.size(); ++k) {
      CHECK(found[k].name == plain[k].name);
      CHECK(found[k].line == plain[k].line);
    }
    std::vector<double> values;
    for (const Tunable& tunable : found) values.push_back(tunable.value);
    CHECK(with_values(text, found, values) == text);
  }
}
