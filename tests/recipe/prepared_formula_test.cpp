// Formulas that are compiled once and run over many small sets, as a walk does.
#include "lua/prepared_formula.hpp"

#include "playlist/plugin.h"

#include <cmath>
#include <cstdint>
#include <random>

#include <catch2/catch.hpp>
#include <lua.hpp>

#include "support/lua_run.hpp"

using engine::Error;
using engine::FormulaColumn;
using engine::FormulaResult;
using engine::LuaState;
using engine::PreparedFormula;
using test::error_of;

namespace {

constexpr int kTracks = 500, kSets = 50;

/// A library of tracks, and the candidates of each move of a walk: few tracks of it, with what only
/// this move knows of them.
struct Walk {
  Walk() {
    std::mt19937 random(3);
    for (int k = 0; k < kTracks; ++k) {
      energy.push_back(static_cast<float>(k % 97) / 97);
      artist.push_back(k % 4 - 1);
      mode.push_back(k % 5 == 0 ? 255 : static_cast<std::uint8_t>(k % 2));
    }
    for (int k = 0; k < kSets; ++k) {
      Move& move = moves.emplace_back();
      const std::size_t rows = k == 7 ? 300 : 1 + random() % 60;  // once more than Lua runs singly
      for (std::size_t row = 0; row < rows; ++row) {
        move.tracks.push_back(static_cast<std::int32_t>(random() % kTracks));
        move.similarity.push_back(static_cast<float>(random() % 1000) / 1000);
        move.since_artist.push_back(random() % 6 == 0 ? INT32_MIN
                                                      : static_cast<std::int32_t>(random() % 20));
      }
    }
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  struct Move {
    std::vector<std::int32_t> tracks, since_artist;
    std::vector<float> similarity;
  };
  [[nodiscard]] std::vector<FormulaColumn> columns(const Move& move) const {
    return {{"similarity", PLAYLIST_F32, move.similarity.data()},
            {"since_artist", PLAYLIST_I32, move.since_artist.data()},
            {"energy", PLAYLIST_F32, energy.data(), nullptr, true},
            {"artist", PLAYLIST_STRING, artist.data(), &dict, true},
            {"mode", PLAYLIST_U8, mode.data(), nullptr, true}};
  }

  std::vector<float> energy;
  std::vector<std::int32_t> artist;
  std::vector<std::uint8_t> mode;
  std::string bytes = "CanNeu!Faust";
  std::vector<std::uint64_t> offsets = {0, 3, 7, 12};
  playlist_dict dict{sizeof dict, 3, bytes.data(), offsets.data()};
  std::vector<Move> moves;
};

/// A state with the recipe's function at index 1.
struct Loaded {
  explicit Loaded(const std::string& recipe) : lua(test::lua_limits(), {}, 1) {
    lua.load_recipe("recipes/x.lua", recipe);
  }
  LuaState lua;
};

template <class Item, class Run>
std::vector<Item> filled(const Walk::Move& move, const Run& run) {
  std::vector<Item> out(move.tracks.size());
  run(out.data(), static_cast<std::int64_t>(out.size()));
  return out;
}

std::string function(const std::string& body) {
  return "return function(t)\n" + body + "\nend";
}

// The first takes a program over blocks, the second has something that only Lua can do.
const char* const kScores[] = {
    "local s = t.similarity + 0.5 * t.energy\n"
    "if t.artist == 'Can' then s = s - 1 / (1 + known(t.since_artist, 30)) end\n"
    "return t.mode and s or s * 0.5",
    "local s = t.similarity + math.exp(-t.energy) * #tostring(t.artist)\n"
    "if t.artist == 'Can' then s = s - 1 / (1 + known(t.since_artist, 30)) end\n"
    "return t.mode and s or s * 0.5"};

}  // namespace

TEST_CASE("a formula prepared once gives what it gives prepared anew", "[formula]") {
  const Walk walk;
  const std::string recipe = function(kScores[GENERATE(0, 1)]);
  CAPTURE(recipe);
  Loaded once(recipe), anew(recipe);
  PreparedFormula prepared(once.lua, 1, FormulaResult::kNumber, walk.columns(walk.moves[0]));
  int differing = 0;
  for (const Walk::Move& move : walk.moves) {
    const std::vector<FormulaColumn> columns = walk.columns(move);
    const auto left = filled<float>(move, [&](float* out, std::int64_t rows) {
      prepared.run(columns, move.tracks.data(), rows, out);
    });
    const auto right = filled<float>(move, [&](float* out, std::int64_t rows) {
      anew.lua.score(1, columns, move.tracks.data(), rows, out);
    });
    differing += left == right ? 0 : 1;
  }
  CHECK(differing == 0);
  CHECK(lua_gettop(once.lua.raw()) == 1);
}

TEST_CASE("a filter prepared once keeps what it keeps prepared anew", "[formula]") {
  const Walk walk;
  const std::string recipe =
      function(GENERATE("return t.similarity > 0.3 and t.artist ~= 'Neu!'",
                        "return t.similarity > 0.3 and tostring(t.artist) ~= 'Neu!'"));
  CAPTURE(recipe);
  Loaded once(recipe), anew(recipe);
  PreparedFormula prepared(once.lua, -1, FormulaResult::kTruth, walk.columns(walk.moves[0]));
  int differing = 0;
  for (const Walk::Move& move : walk.moves) {
    const std::vector<FormulaColumn> columns = walk.columns(move);
    const auto left = filled<std::uint8_t>(move, [&](std::uint8_t* keep, std::int64_t rows) {
      prepared.run(columns, move.tracks.data(), rows, keep);
    });
    const auto right = filled<std::uint8_t>(move, [&](std::uint8_t* keep, std::int64_t rows) {
      anew.lua.filter(1, columns, move.tracks.data(), rows, keep);
    });
    differing += left == right ? 0 : 1;
  }
  CHECK(differing == 0);
}

TEST_CASE("a prepared formula that some rows end without a number goes on with others",
          "[formula]") {
  const Walk walk;
  const Walk::Move& move = walk.moves[7];
  const auto rows = static_cast<std::int64_t>(move.tracks.size());
  const std::vector<FormulaColumn> columns = walk.columns(move);
  Loaded loaded(function("if t.similarity >= 0 then return t.similarity end"));
  PreparedFormula prepared(loaded.lua, 1, FormulaResult::kNumber, columns);
  std::vector<float> out(move.tracks.size());
  std::vector<float> below(move.tracks.size(), -1);
  std::vector<FormulaColumn> others = columns;
  others[0].data = below.data();
  for (int k = 0; k < 2; ++k) {
    const Error error =
        error_of([&] { prepared.run(others, move.tracks.data(), rows, out.data()); });
    CHECK(error.what() == "the formula gave no number for track " + std::to_string(move.tracks[0]));
    CHECK(error.parts().where == "recipes/x.lua:1");
    CHECK(error.parts().why == "it returned nothing; every path must return a number");
    prepared.run(columns, move.tracks.data(), rows, out.data());
    CHECK(out == move.similarity);
    CHECK(lua_gettop(loaded.lua.raw()) == 1);
  }
}

TEST_CASE("a prepared formula's mistake names its line, its text and what is missing",
          "[formula]") {
  const Walk walk;
  const Walk::Move& move = walk.moves[0];
  const std::string recipe = GENERATE(
      "-- a walk\nreturn function(t) return t.since_artist + t.similarity end",
      "-- a walk\nreturn function(t) return t.since_artist + t.similarity + #tostring(0) end");
  Loaded loaded(recipe);
  std::vector<FormulaColumn> columns = walk.columns(move);
  PreparedFormula prepared(loaded.lua, 1, FormulaResult::kNumber, columns);
  std::vector<std::int32_t> since(move.tracks.size(), 1);
  columns[1].data = since.data();
  std::vector<float> out(move.tracks.size());
  const auto rows = static_cast<std::int64_t>(out.size());
  CHECK_NOTHROW(prepared.run(columns, move.tracks.data(), rows, out.data()));
  since[0] = INT32_MIN;
  const Error error =
      error_of([&] { prepared.run(columns, move.tracks.data(), rows, out.data()); });
  CHECK(error.parts().where == "recipes/x.lua:2");
  CHECK_THAT(error.parts().source, Catch::Contains("t.since_artist + t.similarity"));
  CHECK(error.parts().why == "since_artist is missing for this track");
}

TEST_CASE("a track kept from an earlier run of a prepared formula cannot be read", "[formula]") {
  const Walk walk;
  const Walk::Move& move = walk.moves[0];
  Loaded loaded(
      "local kept\nreturn function(t) kept = kept or t return kept.similarity + #tostring(0) end");
  const std::vector<FormulaColumn> columns = walk.columns(move);
  PreparedFormula prepared(loaded.lua, 1, FormulaResult::kNumber, columns);
  std::vector<float> out(move.tracks.size());
  const auto rows = static_cast<std::int64_t>(out.size());
  CHECK_NOTHROW(prepared.run(columns, move.tracks.data(), rows, out.data()));
  const Error error =
      error_of([&] { prepared.run(columns, move.tracks.data(), rows, out.data()); });
  CHECK_THAT(error.what(), Catch::Contains("a track of another formula cannot be read"));
}

TEST_CASE("a prepared formula knows texts that its dictionary learns later", "[formula]") {
  std::string bytes = "Can";
  std::vector<std::uint64_t> offsets = {0, 3};
  playlist_dict dict{sizeof dict, 1, bytes.data(), offsets.data()};
  std::vector<std::int32_t> codes = {0, 0};
  const std::vector<FormulaColumn> columns = {{"channel", PLAYLIST_STRING, codes.data(), &dict}};
  Loaded loaded(function("return t.channel == 'als' and 1 or 0"));
  PreparedFormula prepared(loaded.lua, 1, FormulaResult::kNumber, columns);
  std::vector<float> out(2);
  prepared.run(columns, nullptr, 2, out.data());
  CHECK(out == std::vector<float>{0, 0});
  bytes += "als";
  offsets.push_back(6);
  dict = {sizeof dict, 2, bytes.data(), offsets.data()};
  codes[1] = 1;
  prepared.run(columns, nullptr, 2, out.data());
  CHECK(out == std::vector<float>{0, 1});
}

TEST_CASE("a prepared formula refuses other columns than it was made for", "[formula]") {
  const Walk walk;
  const Walk::Move& move = walk.moves[0];
  std::vector<FormulaColumn> columns = walk.columns(move);
  Loaded loaded(function("return t.similarity"));
  PreparedFormula prepared(loaded.lua, 1, FormulaResult::kNumber, columns);
  std::vector<float> out(move.tracks.size());
  std::vector<std::uint8_t> keep(move.tracks.size());
  const auto rows = static_cast<std::int64_t>(out.size());
  CHECK_THROWS_AS(prepared.run(columns, move.tracks.data(), rows, keep.data()), std::logic_error);
  columns[0].type = PLAYLIST_I32;
  CHECK_THROWS_AS(prepared.run(columns, move.tracks.data(), rows, out.data()), std::logic_error);
  columns.pop_back();
  CHECK_THROWS_AS(prepared.run(columns, move.tracks.data(), rows, out.data()), std::logic_error);
}
