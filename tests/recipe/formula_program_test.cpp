// Programs over blocks against LuaJIT: which formulas they take, and that both give the same.
#include "lua/formula_program.hpp"

#include "playlist/plugin.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "lua/formula_tokens.hpp"
#include "support/lua_run.hpp"

using engine::FormulaColumn;
using engine::LuaState;

namespace {

constexpr int kRows = 1300;  // not a whole number of blocks

struct Data {
  Data() {
    std::mt19937 random(5);
    for (int i = 0; i < kRows; ++i) {
      const auto pick = [&](int count) { return static_cast<int>(random() % count); };
      taste.push_back(pick(9) == 0 ? std::nanf("") : static_cast<float>(pick(2000)) / 1000 - 0.5F);
      mood.push_back(static_cast<float>(pick(5)) / 4);
      tempo.push_back(pick(9) == 0 ? std::nan("") : 60 + pick(14000) / 100.0);
      plays.push_back(pick(9) == 0 ? INT32_MIN : pick(50));
      ts.push_back(pick(9) == 0 ? INT64_MIN : 1'700'000'000 + pick(1000));
      is_new.push_back(pick(4) == 0 ? 255 : static_cast<std::uint8_t>(pick(2)));
      artist.push_back(pick(4) - 1);
      tracks.push_back(kRows - 1 - i);
    }
    dict = {sizeof dict, 3, bytes.data(), offsets.data()};
    columns = {{"taste", PLAYLIST_F32, taste.data()},
               {"mood", PLAYLIST_F32, mood.data()},
               {"energy", PLAYLIST_F32, taste.data(), nullptr, true},
               {"tempo", PLAYLIST_F64, tempo.data(), nullptr, true},
               {"plays", PLAYLIST_I32, plays.data()},
               {"ts", PLAYLIST_I64, ts.data()},
               {"is_new", PLAYLIST_U8, is_new.data()},
               {"artist", PLAYLIST_STRING, artist.data(), &dict},
               {"channel", PLAYLIST_STRING, artist.data(), &dict, true}};
  }
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;
  std::vector<float> taste, mood;
  std::vector<double> tempo;
  std::vector<std::int32_t> plays, artist, tracks;
  std::vector<std::int64_t> ts;
  std::vector<std::uint8_t> is_new;
  std::string bytes = "CanNeu!Faust";
  std::vector<std::uint64_t> offsets = {0, 3, 7, 12};
  playlist_dict dict{};
  std::vector<FormulaColumn> columns;
};

/// Random formulas in the part of Lua that programs take.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string formula(bool is_filter) {
    std::string body = "local x, y = t.taste, 0.5\n";
    for (int i = pick(4); i > 0; --i) body += statement(2);
    if (is_filter) {
      if (pick(2) == 0) body += "if " + flag(2) + " then return " + flag(2) + " end\n";
      return body + "return " + flag(3);
    }
    if (pick(2) == 0) {
      body += "if " + flag(2) + " then return " + filled() + " elseif " + flag(1) +
              " then y = " + number(2) + " return " + filled() + " end\n";
    }
    return body + "return " + filled();
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  /// A number that is finite: another one would be an error.
  std::string filled() { return "clamp(known(" + number(3) + ", -1), -1e30, 1e30)"; }

  std::string statement(int depth) {
    switch (pick(depth > 0 ? 4 : 2)) {
      case 0:
        return "x = " + number(2) + "\n";
      case 1:
        return "y = " + number(2) + "\n";
      case 2:
        return "do local z = " + number(2) + " x = z * 2 end\n";
      default:
        return "if " + flag(2) + " then\n" + statement(depth - 1) +
               (pick(2) == 0 ? "elseif " + flag(1) + " then " + statement(depth - 1) : "") +
               (pick(2) == 0 ? "else\n" + statement(depth - 1) : "") + "end\n";
    }
  }
  std::string number(int depth) {
    static const char* const kLeaves[] = {"t.taste", "t.mood", "t.energy", "t.tempo",   "t.plays",
                                          "t.ts",    "x",      "y",        "0.5",       "3",
                                          "-2",      "p.w",    "weight",   "t['mood']", "1e3"};
    if (depth == 0) return kLeaves[pick(15)];
    const std::string a = number(depth - 1), b = number(depth - 1);
    switch (pick(15)) {
      case 0:
        return "(" + a + " + " + b + ")";
      case 1:
        return "(" + a + " - " + b + ")";
      case 2:
        return a + " * " + b;
      case 3:
        return "(" + a + " / " + b + ")";
      case 4:
        return "(" + a + " % " + b + ")";
      case 5:
        return "math.min(" + a + ", " + b + ")";
      case 6:
        return "max(" + a + ", " + b + ", 0.25)";
      case 7:
        return "clamp(" + a + ", 0, 1)";
      case 8:
        return "step(" + a + ", " + b + ")";
      case 9:
        return "known(" + a + ", " + b + ")";
      case 10:
        return "math.floor(" + a + ")";
      case 11:
        return "math.sqrt(math.abs(" + a + "))";
      case 12:
        return "lerp(" + a + ", " + b + ", t.mood)";
      case 13:
        return "-(" + a + ")";
      default:
        return "(" + flag(1) + " and " + a + " or " + b + ")";
    }
  }
  std::string flag(int depth) {
    if (depth == 0) {
      static const char* const kLeaves[] = {"t.is_new",
                                            "t.is_new == nil",
                                            "t.artist == 'Can'",
                                            "t.channel ~= \"Faust\"",
                                            "t.artist == nil",
                                            "t.artist == 'nobody'",
                                            "not t.is_new",
                                            "t.is_new == false",
                                            "t.artist == wanted",
                                            "t.channel",
                                            "mode == 'calm'",
                                            "t.is_new ~= true",
                                            "known(t.is_new, true)",
                                            "known(t.is_new, false)"};
      return std::string("(") + kLeaves[pick(14)] + ")";
    }
    static const char* const kCompare[] = {" < ", " <= ", " > ", " >= ", " == ", " ~= "};
    switch (pick(4)) {
      case 0:
        return "(" + number(1) + kCompare[pick(6)] + number(1) + ")";
      case 1:
        return "(" + flag(depth - 1) + " and " + flag(depth - 1) + ")";
      case 2:
        return "(" + flag(depth - 1) + " or " + flag(depth - 1) + ")";
      default:
        return "not " + flag(depth - 1);
    }
  }

  std::mt19937 random_;
};

const std::string kPrelude =
    "local p, weight, wanted, mode, max = { w = 0.25 }, 1.5, 'Neu!', 'calm', math.max\n";

std::string recipe(const std::string& body, bool is_for_lua) {
  return kPrelude + "return function(t) " + (is_for_lua ? "local _ = tostring(0)\n" : "\n") + body +
         "\nend";
}

bool is_program(const std::string& text, bool is_filter = false) {
  static const Data data;
  LuaState lua(test::lua_limits(), {}, 1);
  lua.load_recipe("recipes/x.lua", text);
  LuaState::State& state = engine::state_of(lua.raw());
  state.binding = {&data.columns, data.tracks.data(), kRows, ""};
  const std::size_t at = text.find("return function");
  return engine::compile_formula(state, 1, is_filter, text.substr(at)).has_value();
}

std::vector<float> score(const Data& data, const std::string& text) {
  LuaState lua(test::lua_limits(), {}, 1);
  lua.load_recipe("recipes/x.lua", text);
  std::vector<float> out(kRows);
  lua.score(1, data.columns, data.tracks.data(), kRows, out.data());
  return out;
}
std::vector<std::uint8_t> filter(const Data& data, const std::string& text) {
  LuaState lua(test::lua_limits(), {}, 1);
  lua.load_recipe("recipes/x.lua", text);
  std::vector<std::uint8_t> keep(kRows);
  lua.filter(1, data.columns, data.tracks.data(), kRows, keep.data());
  return keep;
}

}  // namespace

TEST_CASE("programs and Lua give the same scores, over random formulas", "[formula]") {
  const Data data;
  for (unsigned seed = 0; seed < 120; ++seed) {
    const std::string body = Writer(seed).formula(false);
    CAPTURE(seed, body);
    REQUIRE(is_program(recipe(body, false)));
    REQUIRE_FALSE(is_program(recipe(body, true)));
    const std::vector<float> program = score(data, recipe(body, false));
    const std::vector<float> lua = score(data, recipe(body, true));
    const auto apart = std::mismatch(program.begin(), program.end(), lua.begin());
    const auto row = apart.first - program.begin();
    if (row < kRows) {
      FAIL("row " << row << ": " << *apart.first << ", in Lua " << *apart.second << "; taste "
                  << data.taste[row] << " mood " << data.mood[row] << " plays " << data.plays[row]);
    }
  }
}

TEST_CASE("programs and Lua keep the same rows, over random formulas", "[formula]") {
  const Data data;
  for (unsigned seed = 1000; seed < 1120; ++seed) {
    const std::string body = Writer(seed).formula(true);
    CAPTURE(seed, body);
    REQUIRE(is_program(recipe(body, false), true));
    const std::vector<std::uint8_t> program = filter(data, recipe(body, false));
    const std::vector<std::uint8_t> lua = filter(data, recipe(body, true));
    REQUIRE((program == lua));
  }
}

TEST_CASE("what a missing flag is taken for is a program, unless the flag is made of others",
          "[formula]") {
  for (const char* flag : {"known(t.is_new, true)", "not known(t.is_new, false)",
                           "known(t.mood > 0.5, false)", "known(t.artist and t.is_new, false)"}) {
    CAPTURE(flag);
    CHECK(is_program(recipe(std::string("return ") + flag, false), true));
  }
  CHECK_FALSE(is_program(recipe("return known(t.artist and t.is_new, true)", false), true));
}

TEST_CASE("sums of products round each product, whichever processor runs them", "[formula]") {
  const Data data;
  for (const char* sum :
       {"0.4 * t.mood + 0.3 * t.plays", "t.mood * 0.1 - 0.7 * t.plays", "t.plays - 0.1 * t.mood",
        "0.1 * t.mood - t.plays", "-t.mood + 0.3 * t.mood", "0.1 * t.mood + 0.1 * t.mood",
        "0.7 * (t.mood + 0.1) - 0.3 * (1 - t.mood)"}) {
    // Where a product is read once more it must be there, too.
    for (const std::string body :
         {std::string("return known(") + sum + ", -1)",
          std::string("local x = 0.3 * t.mood\nreturn known(x + (") + sum + ") - 0.2 * x, -1)"}) {
      CAPTURE(body);
      REQUIRE(is_program(recipe(body, false)));
      CHECK((score(data, recipe(body, false)) == score(data, recipe(body, true))));
    }
  }
}

TEST_CASE("exp, log and their like agree to the last bits", "[formula]") {
  const Data data;
  for (const char* body :
       {"known(math.exp(-t.taste / 0.3), 0)", "known(math.log(1 + t.plays), 0)",
        "known(sigmoid(t.taste * 20), 0)", "known(decay(t.tempo, 30), 0)",
        "known(math.tanh(t.taste), 0)", "known(math.sin(t.tempo), 0)", "known(t.tempo ^ 1.7, 0)",
        "known(math.exp(t.tempo / 3), 0)", "known(math.log(t.mood + 0.25), 0)"}) {
    CAPTURE(body);
    const std::string text = std::string("return ") + body;
    REQUIRE(is_program(recipe(text, false)));
    const std::vector<float> program = score(data, recipe(text, false));
    const std::vector<float> lua = score(data, recipe(text, true));
    int apart = 0;
    for (int i = 0; i < kRows; ++i) {
      if (program[i] == lua[i]) continue;
      apart += std::fabs(program[i] - lua[i]) > 1.2e-7 * std::fabs(lua[i]) ? 1 : 0;
    }
    CHECK(apart == 0);
  }
}

TEST_CASE("a row's number does not depend on its place or company", "[formula]") {
  Data data;
  const std::string text =
      recipe("return known(math.exp(t.taste) * math.log(t.mood + 1), 0)", false);
  const std::vector<float> all = score(data, text);
  LuaState lua(test::lua_limits(), {}, 1);
  lua.load_recipe("recipes/x.lua", text);
  for (const int shift : {1, 2, 511, 513}) {
    const std::vector<FormulaColumn> columns = {{"taste", PLAYLIST_F32, data.taste.data() + shift},
                                                {"mood", PLAYLIST_F32, data.mood.data() + shift}};
    std::vector<float> out(kRows - shift);
    lua.score(1, columns, nullptr, kRows - shift, out.data());
    CHECK(std::equal(out.begin(), out.end(), all.begin() + shift));
  }
}

TEST_CASE("what programs leave to Lua", "[formula]") {
  for (const char* body : {"return #t.artist",
                           "return t.artist:len()",
                           "for i = 1, 3 do end return 1",
                           "return math.random()",
                           "return t.artist .. 'x' == 'y' and 1 or 0",
                           "return t.unknown",
                           "return t[t.artist]",
                           "t.taste = 1 return 1",
                           "p.w = 2 return 1",
                           "return nowhere",
                           "if t.mood > 0.5 then return 1 end",
                           "return t.artist",
                           "return t.mood, 1",
                           "return t.artist < 'x' and 1 or 0",
                           "return (t.mood > 0 or 5) + 1",
                           "return p.nothing",
                           "local f = function() end return 1",
                           "while t.mood > 9 do end return 1",
                           "return [[x]]",
                           "return t.is_new + 1",
                           "return math.fmod(t.plays, 3)",
                           "return math.log(t.plays, 2)",
                           "local x x = 1 return x",
                           "goto done ::done:: return 1",
                           "return 1LL",
                           "return pairs(t)",
                           "local a, b = 1 return a",
                           "return math.max(t.artist, 1)",
                           "return nil"}) {
    CAPTURE(body);
    const bool is_one = is_program(recipe(body, false));
    if (std::string(body).rfind("if t.mood", 0) == 0) {
      CHECK(is_one);  // runs until a row takes the other path
      CHECK_THROWS_WITH(score(Data(), recipe(body, false)),
                        Catch::StartsWith("the formula gave no number for track "));
    } else {
      CHECK_FALSE(is_one);
    }
  }
  CHECK_FALSE(is_program("return function(t) return 1 end, function(t) return 2 end"));
}

TEST_CASE("a recipe's own functions are not mistaken for the built-in ones", "[formula]") {
  const Data data;
  CHECK(score(data,
              "math.exp = function(x) return 7 end\nreturn function(t)\n"
              "return math.exp(t.mood) end") == std::vector<float>(kRows, 7));
  CHECK(score(data,
              "local function clamp(x) return 8 end\nreturn function(t)\n"
              "return clamp(t.mood) end") == std::vector<float>(kRows, 8));
  CHECK(
      score(data, "local exp = math.floor\nreturn function(t)\nreturn exp(9.5 + 0 * t.mood) end") ==
      std::vector<float>(kRows, 9));
  CHECK(score(data, "return function(t)\nlocal t2 = 3\nlocal math = 4\nreturn t2 + math end") ==
        std::vector<float>(kRows, 7));
}

TEST_CASE("a text that stands twice in a dictionary is left to Lua", "[formula]") {
  Data data;
  data.bytes = "CanNeu!Can";
  data.offsets = {0, 3, 7, 10};
  data.dict = {sizeof data.dict, 3, data.bytes.data(), data.offsets.data()};
  const std::vector<float> out =
      score(data, "return function(t)\nreturn t.artist == 'Can' and 1 or 0 end");
  for (int i = 0; i < kRows; ++i) {
    REQUIRE(out[i] == (data.artist[i] == 0 || data.artist[i] == 2 ? 1 : 0));
  }
}

TEST_CASE("a tag is a bit of the row's track, in programs and in Lua", "[formula]") {
  // The fifth track of each eight has "rock", tracks from 600 on "jazz"; nothing has another.
  class Tags final : public engine::TagBits {
   public:
    [[nodiscard]] const std::uint32_t* of(std::string_view tag) const override {
      auto& bits = bits_[std::string(tag)];
      bits.resize(kRows / 32 + 1);
      for (std::uint32_t track = 0; track < kRows; ++track) {
        const bool has = tag == "rock" ? track % 8 == 5 : tag == "jazz" && track >= 600;
        if (has) bits[track / 32] |= 1u << (track % 32);
      }
      return bits.data();
    }
    [[nodiscard]] std::int64_t track_count() const override { return kRows; }

   private:
    mutable std::map<std::string, std::vector<std::uint32_t>> bits_;
  } const tags;
  Data data;
  const engine::TagBits* column = &tags;
  data.columns.push_back({"has_tag", engine::kTagColumn, column, nullptr, true});
  const std::string body =
      "local liked = t.has_tag('rock') and not t.has_tag(mode) return liked or t.has_tag(\"jazz\")";
  const auto compiled = filter(data, recipe(body, false)), lua = filter(data, recipe(body, true));
  for (int row = 0; row < kRows; ++row) {
    const int track = data.tracks[static_cast<std::size_t>(row)];
    CAPTURE(row);
    REQUIRE(lua[static_cast<std::size_t>(row)] == (track % 8 == 5 || track >= 600 ? 1 : 0));
  }
  CHECK((compiled == lua));
  CHECK(score(data, recipe("return t.has_tag('rock') and 2 or 1", false)) ==
        score(data, recipe("return t.has_tag 'rock' and 2 or 1", true)));
  const auto mistake = [&](const std::string& text) {
    return std::string(test::error_of([&] { filter(data, recipe(text, false)); }).what());
  };
  CHECK(mistake("return t:has_tag('rock')") == "has_tag takes the name of a tag, got a table");
  CHECK(mistake("return t.has_tag()") == "has_tag takes the name of a tag, got nothing");
  CHECK(mistake("local tags = t.has_tag tags.x = 1 return true") == "tags cannot be changed");
  CHECK(mistake("local tags = t.has_tag tags['\\0'] = 9e9 return tags('rock')") ==
        "a row's number was changed");
}

TEST_CASE("tokens of Lua", "[formula]") {
  using Kind = engine::LuaToken::Kind;
  const auto tokens = engine::lua_tokens("x1 = 0x10 + .5e-1 -- note\n~= 'a\\'b\\n' function..");
  REQUIRE(tokens);
  REQUIRE(tokens->size() == 10);
  CHECK((*tokens)[0].text == "x1");
  CHECK((*tokens)[2].number == 16);
  CHECK((*tokens)[4].number == 0.05);
  CHECK((*tokens)[5].text == "~=");
  CHECK((*tokens)[6].text == "a'b\n");
  CHECK((*tokens)[7].is("function"));
  CHECK((*tokens)[8].is(".."));
  CHECK((*tokens)[9].kind == Kind::kEnd);
  for (const char* text : {"'open", "1LL", "3..2", "--[[ x ]]", "[==[x]==]", "'a\\065'"}) {
    CAPTURE(text);
    CHECK_FALSE(engine::lua_tokens(text));
  }
}
