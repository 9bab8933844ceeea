#include "playlist/plugin.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include <catch2/catch.hpp>

#include "support/lua_run.hpp"

using engine::Error;
using engine::Exit;
using engine::FormulaColumn;
using engine::LuaState;
using test::error_of;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A dictionary over texts it owns.
struct Dict {
  explicit Dict(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      bytes += text;
      offsets.push_back(bytes.size());
    }
    dict = {sizeof dict, static_cast<std::uint32_t>(texts.size()), bytes.data(), offsets.data()};
  }
  Dict(const Dict&) = delete;
  Dict& operator=(const Dict&) = delete;
  std::string bytes;
  std::vector<std::uint64_t> offsets{0};
  playlist_dict dict{};
};

/// `rows` candidates whose tracks go backwards through a library of as many, with columns of every
/// type. Row r has track rows - 1 - r; the library's `energy` of track k is k / 1000.
struct World {
  explicit World(std::int64_t count)
      : rows(count),
        tracks(count),
        taste(count),
        tempo(count),
        plays(count),
        ts(count),
        flags(count),
        channel(count),
        energy(count),
        artist(count),
        title(count) {
    for (std::int64_t r = 0; r < count; ++r) {
      tracks[r] = static_cast<std::int32_t>(count - 1 - r);
      taste[r] = static_cast<float>(r) / 8;
      tempo[r] = 100.5 + static_cast<double>(r);
      plays[r] = static_cast<std::int32_t>(r % 10);
      ts[r] = 1'700'000'000 + r;
      flags[r] = r % 3 == 0 ? 255 : static_cast<std::uint8_t>(r % 3 - 1);  // missing, false, true
      channel[r] = r % 2 == 0 ? 0 : -1;
      energy[r] = static_cast<float>(r) / 1000;
      artist[r] = static_cast<std::int32_t>(r % 3);
      title[r] = 3;
    }
    columns = {{"taste", PLAYLIST_F32, taste.data()},
               {"tempo", PLAYLIST_F64, tempo.data()},
               {"plays", PLAYLIST_I32, plays.data()},
               {"ts", PLAYLIST_I64, ts.data()},
               {"is_new", PLAYLIST_U8, flags.data()},
               {"channel", PLAYLIST_STRING, channel.data(), &names.dict},
               {"energy", PLAYLIST_F32, energy.data(), nullptr, true},
               {"artist", PLAYLIST_STRING, artist.data(), &names.dict, true},
               {"title", PLAYLIST_STRING, title.data(), &names.dict, true}};
  }

  std::int64_t rows;
  std::vector<std::int32_t> tracks;
  std::vector<float> taste;
  std::vector<double> tempo;
  std::vector<std::int32_t> plays;
  std::vector<std::int64_t> ts;
  std::vector<std::uint8_t> flags;
  std::vector<std::int32_t> channel;
  std::vector<float> energy;
  std::vector<std::int32_t> artist, title;
  Dict names{{"Radiohead", "Björk", "Can", "Song"}};
  std::vector<FormulaColumn> columns;
};

/// A state with the recipe's returned function at index 1.
struct Loaded {
  explicit Loaded(const std::string& recipe, const std::vector<std::string>& scripts = {})
      : lua(test::lua_limits(), scripts, 1) {
    lua.load_recipe("recipes/x.lua", recipe);
  }
  std::vector<float> score(const World& world) {
    std::vector<float> out(world.rows, -99);
    lua.score(1, world.columns, world.tracks.data(), world.rows, out.data());
    CHECK(lua_gettop(lua.raw()) == 1);
    return out;
  }
  std::vector<std::uint8_t> filter(const World& world) {
    std::vector<std::uint8_t> keep(world.rows, 9);
    lua.filter(1, world.columns, world.tracks.data(), world.rows, keep.data());
    return keep;
  }
  LuaState lua;
};

std::string formula(const std::string& body) {
  return "return function(t) return " + body + " end";
}

/// The same formula with something in it that only Lua itself can do.
std::string left_to_lua(std::string recipe) {
  const std::string header = "return function(t)";
  const std::size_t at = recipe.find(header);
  REQUIRE(at != std::string::npos);
  return recipe.insert(at + header.size(), " local _ = tostring(0)");
}

template <typename Expected>
void check_one_formula(const std::string& recipe, Expected&& expected) {
  for (const std::int64_t rows : {1, 5, 128, 129, 9000}) {
    const World world(rows);
    const std::vector<float> out = Loaded(recipe).score(world);
    int wrong = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
      wrong += out[r] != static_cast<float>(expected(world, r)) ? 1 : 0;
    }
    CAPTURE(recipe, rows);
    CHECK(wrong == 0);
  }
}

/// Checks a formula against C++, both as a program over blocks and in Lua; there on few rows (read
/// one by one) and on many (through a driver).
template <typename Expected>
void check_formula(const std::string& recipe, Expected&& expected) {
  check_one_formula(recipe, expected);
  check_one_formula(left_to_lua(recipe), expected);
}

}  // namespace

TEST_CASE("a row that was kept is no row of another formula", "[formula]") {
  const std::string keep =
      "local rows = {}\n"
      "return { function(t) local _ = tostring(0) rows[#rows + 1] = t return 1 end,\n"
      "  function(t) local _ = tostring(0) return rows[1].tempo end, rows }";
  for (const std::int64_t many : {5, 300}) {
    CAPTURE(many);
    LuaState lua(test::lua_limits(), {}, 1);
    lua.load_recipe("recipes/x.lua", keep);
    lua_rawgeti(lua.raw(), 1, 1);
    lua_rawgeti(lua.raw(), 1, 2);
    const World large(many), small(2);
    std::vector<float> out(many);
    lua.score(2, large.columns, large.tracks.data(), many, out.data());
    const engine::Error error =
        test::error_of([&] { lua.score(3, small.columns, small.tracks.data(), 2, out.data()); });
    CHECK(error.exit() == engine::Exit::kRecipe);
    CHECK(std::string(error.what()) == "a track of another formula cannot be read");
    CHECK(error.parts().where == "recipes/x.lua:3");
  }
}

TEST_CASE("a row that a formula keeps stays its own while the formula runs", "[formula]") {
  const std::string first_of_all =
      "local first\n"
      "return function(t) local _ = tostring(0) first = first or t return first.energy + t.energy "
      "end";
  for (const std::int64_t rows : {5, 300}) {
    const World world(rows);
    const std::vector<float> out = Loaded(first_of_all).score(world);
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto track = [&](std::int64_t row) {
        return static_cast<std::size_t>(world.tracks[row]);
      };
      CHECK(out[r] == Approx(world.energy[track(0)] + world.energy[track(r)]));
    }
  }
}

TEST_CASE("a formula reads columns of every type", "[formula]") {
  check_formula(formula("2 * t.taste + 1"),
                [](const World& w, std::int64_t r) { return 2.0 * w.taste[r] + 1; });
  check_formula(formula("t.tempo / 3"),
                [](const World& w, std::int64_t r) { return w.tempo[r] / 3; });
  check_formula(formula("t.plays + 0.5"),
                [](const World& w, std::int64_t r) { return w.plays[r] + 0.5; });
  check_formula(formula("(t.ts - 1700000000) / 4"),
                [](const World&, std::int64_t r) { return static_cast<double>(r) / 4; });
  check_formula(formula("t.is_new == nil and 5 or t.is_new and 1 or 0"),
                [](const World&, std::int64_t r) { return r % 3 == 0 ? 5 : r % 3 - 1; });
  check_formula(formula("t.channel == nil and 2 or t.channel == 'Radiohead' and 1 or 0"),
                [](const World&, std::int64_t r) { return r % 2 == 0 ? 1 : 2; });
}

TEST_CASE("library columns are read through the track number", "[formula]") {
  check_formula(formula("t.energy"),
                [](const World& w, std::int64_t r) { return w.energy[w.rows - 1 - r]; });
  check_formula("return function(t) if t.artist == 'Björk' then return 1 end return #t.artist end",
                [](const World& w, std::int64_t r) {
                  const std::int64_t artist = (w.rows - 1 - r) % 3;
                  return artist == 0 ? 9 : artist == 1 ? 1 : 3;
                });
}

TEST_CASE("a formula may reach columns by computed names and through helpers", "[formula]") {
  check_formula("local name = 'ta' .. 'ste' return function(t) return t[name] end",
                [](const World& w, std::int64_t r) { return w.taste[r]; });
  check_formula(
      "local function late(t) return t['pl' .. 'ays'] end\n"
      "return function(t) if t.taste > 100 then return late(t) end return 0 end",
      [](const World& w, std::int64_t r) { return w.taste[r] > 100 ? w.plays[r] : 0; });
  check_formula("return function(t) return ({ [true] = t.plays, [false] = 0 })[t.plays > 4] end",
                [](const World& w, std::int64_t r) { return w.plays[r] > 4 ? w.plays[r] : 0; });
}

TEST_CASE("a formula may have more columns than its driver takes in", "[formula]") {
  std::vector<std::vector<float>> data(60, std::vector<float>(500));
  World world(500);
  std::string sum = "0";
  for (int k = 0; k < 60; ++k) {
    for (int r = 0; r < 500; ++r) data[k][r] = static_cast<float>(k + r);
    world.columns.push_back({"c" + std::to_string(k), PLAYLIST_F32, data[k].data()});
    sum += " + t.c" + std::to_string(k);
  }
  const std::vector<float> out = Loaded(formula(sum)).score(world);
  for (int r = 0; r < 500; ++r) REQUIRE(out[r] == static_cast<float>(60 * r + 59 * 30));
}

TEST_CASE("parameters and lookup tables are upvalues of a formula", "[formula]") {
  check_formula(
      "local p, boost = { w = 0.25 }, { Can = 2 }\n"
      "return function(t) return p.w * t.taste + (boost[t.artist] or 0) end",
      [](const World& w, std::int64_t r) {
        return 0.25 * w.taste[r] + ((w.rows - 1 - r) % 3 == 2 ? 2 : 0);
      });
}

TEST_CASE("the built-in numbers of formulas", "[formula]") {
  check_formula(formula("clamp(t.plays, 2, 7)"), [](const World& w, std::int64_t r) {
    return std::min(7, std::max(2, w.plays[r]));
  });
  check_formula(formula("lerp(10, 20, t.plays / 10)"),
                [](const World& w, std::int64_t r) { return 10 + 10 * (w.plays[r] / 10.0); });
  check_formula(formula("step(5, t.plays)"),
                [](const World& w, std::int64_t r) { return w.plays[r] >= 5 ? 1 : 0; });
  check_formula(formula("sigmoid(t.plays - 5)"), [](const World& w, std::int64_t r) {
    return 1 / (1 + std::exp(-(w.plays[r] - 5.0)));
  });
  const World world(4);
  const std::vector<float> out = Loaded(formula("decay(t.plays * 30, 30)")).score(world);
  CHECK(out[0] == Approx(1));
  CHECK(out[1] == Approx(0.5));
  CHECK(out[2] == Approx(0.25));
}

TEST_CASE("missing numbers are NaN, and known() fills them", "[formula]") {
  World world(2000);
  for (std::int64_t r = 0; r < 2000; r += 2) {
    world.taste[r] = kNaN;
    world.plays[r] = INT32_MIN;
    world.ts[r] = INT64_MIN;
    world.tempo[r] = std::numeric_limits<double>::quiet_NaN();
  }
  for (const char* name : {"taste", "plays", "ts", "tempo"}) {
    CAPTURE(name);
    const std::string t = std::string("t.") + name;
    const std::vector<float> filled = Loaded(formula("known(" + t + ", -7)")).score(world);
    const std::vector<float> tested = Loaded(formula(t + " ~= " + t + " and 1 or 0")).score(world);
    for (std::int64_t r = 0; r < 2000; ++r) {
      REQUIRE((filled[r] == -7) == (r % 2 == 0));
      REQUIRE(tested[r] == (r % 2 == 0 ? 1 : 0));
    }
    for (const char* use : {"clamp(%, 0, 1)", "lerp(0, 1, %)", "sigmoid(%)", "step(0, %)",
                            "decay(%, 3)", "math.max(0, %)"}) {
      std::string body = use;
      body.replace(body.find('%'), 1, t);
      CAPTURE(body);
      CHECK_THROWS_AS(Loaded(formula(body)).score(world), Error);
    }
  }
  CHECK(Loaded(formula("#known(t.channel, 'none')")).score(World(2)) == std::vector<float>{9, 4});
  CHECK(Loaded(formula("known(t.is_new, true) and 1 or 0")).score(World(3)) ==
        std::vector<float>{1, 0, 1});
}

TEST_CASE("an unknown column names line, source and the near one", "[formula]") {
  for (const std::int64_t rows : {3, 3000}) {
    const World world(rows);
    const Error error = error_of([&] {
      Loaded("return function(t)\n  return 0.5 * t.taste +\n    t.enrgy\nend").score(world);
    });
    CHECK(error.exit() == Exit::kRecipe);
    CHECK(std::string(error.what()) == "unknown column \"enrgy\"");
    CHECK(error.parts().where == "recipes/x.lua:3");
    CHECK(error.parts().source == "    t.enrgy");
    CHECK(error.parts().fix == "did you mean energy?");
  }
  const Error late =
      error_of([] { Loaded(formula("t.taste < 900 and 1 or t.zzzzzzzz")).score(World(9000)); });
  CHECK(std::string(late.what()) == "unknown column \"zzzzzzzz\"");
  CHECK(late.parts().why ==
        "there are: artist, channel, energy, is_new, plays, taste, tempo, title, ts");
}

TEST_CASE("a result that is no number names the track", "[formula]") {
  for (const std::int64_t rows : {10, 5000}) {
    const World world(rows);
    const Error nothing = error_of([&] {
      Loaded("return function(t)\n  if t.taste < 1 then return 1 end\nend").score(world);
    });
    CHECK(std::string(nothing.what()).rfind("the formula gave no number for \"Song\" by ", 0) == 0);
    CHECK(nothing.parts().where == "recipes/x.lua:1");
    CHECK(nothing.parts().source == "return function(t)");
    CHECK(nothing.parts().why == "it returned nothing; every path must return a number");

    const Error text = error_of([&] { Loaded(formula("t.title")).score(world); });
    CHECK(text.parts().why == "it returned a string; every path must return a number");
    const Error flag = error_of([&] { Loaded(formula("t.taste > 100 or 1")).score(World(5000)); });
    CHECK(flag.parts().why == "it returned a boolean; every path must return a number");
  }
}

TEST_CASE("a missing value names the column that was missing", "[formula]") {
  for (const std::int64_t rows : {10, 5000}) {
    World world(rows);
    world.energy[world.rows - 1 - 7] = kNaN;  // the track of row 7, by artist (rows - 8) % 3
    const Error error =
        error_of([&] { Loaded("\n" + formula("t.taste + t.energy + #t.artist")).score(world); });
    CHECK(std::string(error.what()) == std::string("the formula gave no number for \"Song\" by ") +
                                           (rows == 10 ? "Can" : "Radiohead"));
    CHECK(error.parts().where == "recipes/x.lua:2");
    CHECK(error.parts().why == "energy is missing for this track");
    CHECK(error.parts().fix == "say what to use instead: known(t.energy, 0.5)");
  }
  const Error other = error_of([] { Loaded(formula("math.log(t.taste - 1)")).score(World(3)); });
  CHECK(other.parts().why == "the result is not a number (NaN), as 0/0 or the logarithm of -1");
}

TEST_CASE("a formula cannot change a track", "[formula]") {
  for (const std::int64_t rows : {3, 3000}) {
    const World world(rows);
    const Error error = error_of(
        [&] { Loaded("return function(t)\n  t.taste = 5\n  return t.taste end").score(world); });
    CHECK(std::string(error.what()) ==
          "a formula cannot change a track (it tried to set \"taste\")");
    CHECK(error.parts().where == "recipes/x.lua:2");
    const Error late = error_of([&] {
      Loaded("return function(t) if t.taste > 0.1 then t.other = 5 end return 1 end").score(world);
    });
    CHECK(std::string(late.what()) ==
          "a formula cannot change a track (it tried to set \"other\")");
  }
  const std::vector<float> before = World(3000).taste;
  const World world(3000);
  try {
    Loaded("return function(t) if t.plays == 5 then t.taste = 0 end return t.taste end")
        .score(world);
  } catch (const Error&) {
  }
  CHECK(world.taste == before);
}

TEST_CASE("the row's hidden number leads nowhere", "[formula]") {
  const World world(3000);
  for (const char* value : {"1e9", "-1", "0/0", "'x'", "nil", "{}"}) {
    const std::string recipe = std::string(
                                   "local name = 'temp' return function(t) "
                                   "if t.plays == 5 then t['\\0'] = ")
                                   .append(value)
                                   .append(" return t[name .. 'o'] end return 1 end");
    CAPTURE(recipe);
    CHECK_THROWS_AS(Loaded(recipe).score(world), Error);
  }
  for (const char* walk : {"pairs", "next"}) {
    const Error error =
        error_of([&] { Loaded(formula(std::string("#tostring(") + walk + "(t))")).score(world); });
    CHECK(std::string(error.what()) == std::string(walk) + " cannot walk over a row");
  }
}

TEST_CASE("filter keeps what is true", "[formula]") {
  for (const std::int64_t rows : {30, 3000}) {
    const World world(rows);
    const auto keep = Loaded(formula("t.plays > 6 and t.artist ~= 'Can'")).filter(world);
    const auto flag = Loaded(formula("t.is_new")).filter(world);
    for (std::int64_t r = 0; r < rows; ++r) {
      REQUIRE(keep[r] == (r % 10 > 6 && (rows - 1 - r) % 3 != 2 ? 1 : 0));
      REQUIRE(flag[r] == (r % 3 == 2 ? 1 : 0));
    }
  }
}

TEST_CASE("text gives one row's words", "[formula]") {
  const World world(9);
  Loaded loaded(formula("'because of ' .. t.artist .. ' ' .. t.plays"));
  CHECK(loaded.lua.text(1, world.columns, world.tracks.data(), 1) == "because of Björk 1");
  CHECK(loaded.lua.text(-1, world.columns, world.tracks.data(), 0) == "because of Can 0");
  Loaded nothing(formula("nil"));
  const Error error = error_of([&] { nothing.lua.text(1, world.columns, world.tracks.data(), 0); });
  CHECK(std::string(error.what()) == "the function gave no text for \"Song\" by Can");
  CHECK(error.parts().why == "it returned nothing");
}

TEST_CASE("contributions are the change by putting in the typical value", "[formula]") {
  const World world(9);
  const auto typical = [](const FormulaColumn& column) {
    return column.name == "taste" ? 0.5 : column.name == "plays" ? 3.0 : 0.0;
  };
  Loaded loaded(
      "return function(t) return 4 * t.taste - t.plays + #t.artist"
      " + (t.is_new and 0.75 or 0) end");
  // Row 8: taste 1, plays 8, is_new true. 4 * (1 - 0.5) = 2, -(8 - 3) = -5, 0.75 - 0 = 0.75.
  const auto found = loaded.lua.contributions(1, world.columns, world.tracks.data(), 8, typical);
  REQUIRE(found.size() == 3);
  CHECK(found[0].column == "plays");
  CHECK(found[0].delta == Approx(-5));
  CHECK(found[1].column == "taste");
  CHECK(found[1].delta == Approx(2));
  CHECK(found[2].column == "is_new");
  CHECK(found[2].delta == Approx(0.75));
}

TEST_CASE("formulas nest: one may look at candidates made by another", "[formula]") {
  struct Nested {
    LuaState& lua;
    World inner{300};
    int reference = LUA_NOREF;
    double sum = 0;
  };
  const test::ScriptFolder folder("nested");
  folder.write("m.lua", "return engine");
  LuaState lua(test::lua_limits(), {folder.path()}, 1);
  Nested nested{lua};
  lua.add_function(
      "inner_sum",
      [](lua_State* state) {
        return engine::guarded(
            state,
            [](lua_State* inner, void* context) {
              auto& here = *static_cast<Nested*>(context);
              std::vector<float> out(here.inner.rows);
              lua_rawgeti(inner, LUA_REGISTRYINDEX, here.reference);
              here.lua.score(-1, here.inner.columns, here.inner.tracks.data(), here.inner.rows,
                             out.data());
              lua_pushnumber(inner, std::accumulate(out.begin(), out.end(), 0.0));
              return 1;
            },
            lua_touserdata(state, lua_upvalueindex(1)));
      },
      &nested);
  lua.load_recipe("recipes/x.lua", "return function(t) return t.plays end");
  nested.reference = luaL_ref(lua.raw(), LUA_REGISTRYINDEX);
  lua.load_recipe("recipes/x.lua",
                  "local m = require 'm' return function(t) return m.inner_sum() + t.taste end");
  const World world(4);
  std::vector<float> out(4);
  lua.score(1, world.columns, world.tracks.data(), 4, out.data());
  CHECK(out == std::vector<float>{1350, 1350.125F, 1350.25F, 1350.375F});  // 300 rows of mean 4.5
}

TEST_CASE("a growing dictionary is read again", "[formula]") {
  std::string bytes = "ab";
  std::vector<std::uint64_t> offsets = {0, 1, 2, 5};
  playlist_dict dict{sizeof dict, 2, bytes.data(), offsets.data()};
  std::vector<std::int32_t> codes = {0, 1, -1};
  const std::vector<FormulaColumn> columns = {{"text", PLAYLIST_STRING, codes.data(), &dict}};
  Loaded loaded(formula("t.text and #t.text or 0"));
  std::vector<float> out(3);
  loaded.lua.score(1, columns, nullptr, 3, out.data());
  CHECK(out == std::vector<float>{1, 1, 0});
  bytes = "abccc";
  dict = {sizeof dict, 3, bytes.data(), offsets.data()};
  codes = {2, 1, 0};
  loaded.lua.score(1, columns, nullptr, 3, out.data());
  CHECK(out == std::vector<float>{3, 1, 1});
}

TEST_CASE("a large dictionary is read only where rows need it", "[formula]") {
  const std::size_t count = 50'000;
  std::vector<std::string> texts(count);
  for (std::size_t k = 0; k < count; ++k) texts[k] = "name " + std::to_string(k);
  const Dict names(texts);
  World world(1000);
  for (std::int64_t r = 0; r < 1000; ++r)
    world.channel[r] = r % 7 == 0 ? -1 : static_cast<std::int32_t>(r * 49);
  world.columns[5].dict = &names.dict;
  const std::vector<float> out = Loaded(formula("t.channel and #t.channel or 0")).score(world);
  for (std::int64_t r = 0; r < 1000; ++r) {
    REQUIRE(out[r] == (r % 7 == 0 ? 0 : static_cast<float>(texts[r * 49].size())));
  }
}

TEST_CASE("compiled and interpreted formulas agree", "[formula]") {
  World world(20'000);
  for (std::int64_t r = 0; r < world.rows; ++r) world.taste[r] = static_cast<float>(r % 977) / 977;
  const std::string recipe =
      "return function(t) local s = math.exp(-t.taste / 0.3) * math.log(1 + t.plays)"
      " if t.energy > 7 then s = s * 1.2 elseif t.artist == 'Can' then s = -s end"
      " return s + clamp(t.taste, 0.2, 0.8) + t.tempo % 7 end";
  Loaded compiled(recipe), interpreted(recipe);
  luaJIT_setmode(interpreted.lua.raw(), 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  CHECK(compiled.score(world) == interpreted.score(world));
}

TEST_CASE("progress is told while a formula runs", "[formula]") {
  const World world(200'000);
  Loaded loaded(formula("#tostring(t.taste)"));
  std::vector<std::string> seen;
  loaded.lua.on_progress = [&](const std::string& what) { seen.push_back(what); };
  loaded.score(world);
  int blocks = 0;
  for (const std::string& what : seen) {
    blocks += what.rfind("formula at recipes/x.lua:1, row ", 0) == 0 ? 1 : 0;
  }
  CHECK(blocks >= 2);
}
