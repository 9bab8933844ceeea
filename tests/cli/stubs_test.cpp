// engine stubs: the files are Lua, and hold every element, parameter, column and verb.
#include <filesystem>

#include <catch2/catch.hpp>
#include <lua.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "data/declared_tables.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

struct StubHome : EngineHome {
  explicit StubHome(std::vector<std::string> options = {}) {
    options.insert(options.end(), {"stubs", "--to", path("stubs")});
    ended = engine(options);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    text = engine::read_file(path("stubs/playlist.lua"));
  }
  Ended ended;
  std::string text;
};

/// "" when LuaJIT takes it, else its message.
std::string syntax_error(const std::string& text, const std::string& name) {
  lua_State* lua = luaL_newstate();
  std::string error;
  if (luaL_loadbuffer(lua, text.data(), text.size(), name.c_str()) != 0)
    error = lua_tostring(lua, -1);
  lua_close(lua);
  return error;
}

}  // namespace

TEST_CASE("every stub file is Lua", "[stubs]") {
  const StubHome home;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home.path("stubs"))) {
    const std::string file = entry.path().string();
    CHECK(syntax_error(engine::read_file(file), "@" + file).empty());
    ++files;
  }
  CHECK(files >= 4);  // playlist, globals, formulas, expectations
  CHECK_THAT(home.text, Catch::StartsWith("---@meta playlist\n"));
}

TEST_CASE("stubs hold every element with its help, parameters and columns", "[stubs]") {
  const StubHome home;
  const json plugins = support::parse_json(home.engine({"--json", "plugins", "list"}).out);
  int recipe_elements = 0;
  for (const json& element : plugins.at("elements")) {
    const std::string name = element.at("name"), kind = element.at("kind");
    CAPTURE(name);
    if (kind == "source" || kind == "output" || kind == "model") {
      CHECK(home.text.find("--   " + name + "  ") != std::string::npos);
      continue;
    }
    ++recipe_elements;
    const std::size_t at = home.text.find("function pl." + name + "(arguments) end");
    REQUIRE(at != std::string::npos);
    const std::size_t begin = home.text.rfind("---@class playlist.arguments." + name, at);
    REQUIRE(begin != std::string::npos);
    const std::string stub = home.text.substr(begin, at - begin);
    std::string help = element.at("help");
    CHECK_THAT(stub, Catch::Contains("---" + help.substr(0, help.find('\n'))));
    for (const json& parameter : element.at("parameters")) {
      CHECK_THAT(stub, Catch::Contains("---@field " + parameter.at("name").get<std::string>()));
      CHECK_THAT(stub, Catch::Contains(parameter.at("help").get<std::string>()));
    }
    for (const json& column : element.at("outputs"))
      CHECK_THAT(home.text, Catch::Contains("---@field " + column.at("name").get<std::string>()));
  }
  CHECK(recipe_elements > 10);
}

TEST_CASE("stubs hold the verbs, the combiners, parameters, user and the library's columns",
          "[stubs]") {
  const StubHome home;
  for (const char* verb :
       {"filter", "rank", "score", "column", "explain", "top", "sample", "limit", "order", "since",
        "last", "or_last", "or_implicit", "most_played", "seeds", "rows"})
    CHECK_THAT(home.text, Catch::Contains(std::string("function Candidates:") + verb + "("));
  for (const char* name : {"recipe", "int", "number", "share", "boolean", "text", "choice", "mix",
                           "alternate", "blend", "fallback", "concat"})
    CHECK_THAT(home.text, Catch::Contains(std::string("function pl.") + name + "("));
  for (const char* field : {"share number", "otherwise? playlist.Candidates", "weight? number",
                            "quota? integer", "title? string"})
    CHECK_THAT(home.text, Catch::Contains(std::string("\n---@field ") + field + " "));
  for (const char* set : {"likes", "library", "listens", "history", "served"})
    CHECK_THAT(home.text,
               Catch::Contains(std::string("---@field ") + set + " playlist.Candidates"));
  for (const char* column : {"energy", "valence", "tempo", "title", "artist", "year", "plays",
                             "days_since_played", "score", "taste"})
    CHECK_THAT(home.text, Catch::Contains(std::string("\n---@field ") + column + " "));
  CHECK_THAT(home.text, Catch::Contains("---@field energy number 0 calm .. 1 wild\n"));
  const std::string globals = engine::read_file(home.path("stubs/globals.lua"));
  for (const char* name : {"known", "clamp", "lerp", "sigmoid", "step", "decay"})
    CHECK_THAT(globals, Catch::Contains(std::string("function ") + name + "("));
}

TEST_CASE("stubs hold every set of the user's and every column of the library", "[stubs]") {
  const StubHome home;
  for (const engine::DeclaredSet& set : engine::declared_sets())
    CHECK_THAT(home.text, Catch::Contains(std::string("---@field ") + set.name +
                                          " playlist.Candidates " + set.help + "\n"));
  for (const engine::DeclaredTable& table : engine::declared_tables()) {
    if (table.rows != engine::TableRows::kTracks) continue;
    for (const engine::DeclaredColumn& column : table.columns) {
      CAPTURE(column.name);
      const std::string name = engine::formula_name(column.name, column.type);
      const std::size_t at = home.text.find("---@field " + name + " ");
      REQUIRE(at != std::string::npos);
      CHECK(home.text.substr(at, home.text.find('\n', at) - at).ends_with(column.help));
    }
  }
}

TEST_CASE("a third party's element is in the stubs too", "[stubs]") {
  const EngineHome home;
  std::filesystem::create_directories(home.path("theirs"));
  engine::write_file_atomically(
      home.path("calm.cpp"),
      "#include \"playlist/plugin.hpp\"\nnamespace {\nclass Calm final : public playlist::Ranking "
      "{\n public:\n  static constexpr playlist::Param kParams[] = {{\"weight\", 0.5, 0, 1, \"how "
      "much quietness counts\"}};\n  static constexpr playlist::Field kInputs[] = {{\"energy\"}};\n"
      "  static constexpr playlist::Field kOutputs[] = {{\"calm\", PLAYLIST_F32, \"0 wild .. 1 "
      "calm\"}};\n  explicit Calm(const playlist::Args&) {}\n  void rank(playlist::RankingCall&) "
      "const {}\n};\nconstinit const playlist::Element kCalm = "
      "playlist::element<Calm>(\"ranking.calm\", \"How calm a track is.\");\n}\n"
      "PLAYLIST_LIBRARY(\"org.example.calm\", \"1.0.0\", kCalm);\n");
  const std::string source = PLAYLIST_SOURCE_DIR;
  const Ended built = support::run_program(
      {PLAYLIST_CXX, "-std=c++20", "-O0", "-fPIC", "-shared", "-fvisibility=hidden", "-I",
       source + "/sdk", "-Wl,--version-script=" + source + "/sdk/cmake/plugin.map",
       home.path("calm.cpp"), "-o", home.path("theirs/calm.so")});
  INFO(built.err);
  REQUIRE(built.exit_code == 0);
  const StubHome stubs({"--plugins", home.path("theirs")});
  CHECK_THAT(stubs.text, Catch::Contains("function pl.ranking.calm(arguments) end") &&
                             Catch::Contains("---@field weight? number how much quietness counts "
                                             "(0..1, default 0.5)") &&
                             Catch::Contains("---@field calm number 0 wild .. 1 calm; made by "
                                             "ranking.calm") &&
                             Catch::Contains("---from org.example.calm 1.0.0"));
}

TEST_CASE("the settings for the recipes' folder are written once", "[stubs]") {
  const EngineHome home;
  std::filesystem::create_directories(home.path("recipes"));
  const std::vector<std::string> command = {"stubs", "--to", home.path("stubs"), "--recipes",
                                            home.path("recipes")};
  REQUIRE(home.engine(command).exit_code == 0);
  const json settings = support::parse_json(engine::read_file(home.path("recipes/.luarc.json")));
  CHECK(settings.at("runtime.version") == "LuaJIT");
  CHECK(settings.at("workspace.library").at(0) == home.path("stubs"));
  CHECK(settings.at("runtime.builtin").at("io") == "disable");
  engine::write_file_atomically(home.path("recipes/.luarc.json"), "{\"mine\": true}\n");
  const Ended again = home.engine(command);
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.err, Catch::Contains("is there already and was left as it is"));
  CHECK(engine::read_file(home.path("recipes/.luarc.json")) == "{\"mine\": true}\n");
}
