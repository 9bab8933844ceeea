#include "config/settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/paths.hpp"

using namespace engine;

namespace {

std::string file_with(const std::string& text) {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("settings_test_" + std::to_string(getpid()) + ".lua"))
                               .string();
  write_file_atomically(path, text);
  return path;
}

}  // namespace

TEST_CASE("every setting has its default, and the shipped file says the same", "[settings]") {
  const Settings defaults;
  CHECK(defaults.number("limits.wall_seconds") == 60);
  CHECK(defaults.origin("limits.wall_seconds") == "default");
  CHECK(read_file(PLAYLIST_SOURCE_DIR "/config/engine.lua") == default_settings_file());
  Settings shipped;
  shipped.load_file(PLAYLIST_SOURCE_DIR "/config/engine.lua");
  for (const SettingDeclaration& d : setting_declarations()) {
    CAPTURE(d.key);
    CHECK(shipped.text(d.key) == defaults.text(d.key));
  }
}

TEST_CASE("a settings file that never ends, or fills the memory, is refused", "[settings]") {
  const auto why = [](const std::string& text) -> std::string {
    Settings settings;
    try {
      settings.load_file(file_with(text));
    } catch (const Error& error) {
      CHECK(error.exit() == Exit::kUsage);
      return error.what();
    }
    return "";
  };
  CHECK_THAT(why("local n = 0\nwhile true do n = n + 1 end\n"),
             Catch::Contains("cannot read the settings: ") &&
                 Catch::Contains(".lua:2: it does not come to an end"));
  CHECK_THAT(why("local function again() return again() end\nagain()\n"),
             Catch::Contains("it does not come to an end"));
  CHECK_THAT(why("local s = 'x'\nwhile true do s = s .. s end\n"),
             Catch::Contains("not enough memory"));
  CHECK(why("local t = {}\nfor i = 1, 100000 do t[i] = i end\nreturn {}\n").empty());
}

TEST_CASE("a file overrides defaults, the environment overrides the file", "[settings]") {
  const std::string path =
      file_with("return { limits = { wall_seconds = 5 }, paths = { plugins = { '/a', '/b' } } }");
  Settings settings;
  settings.load_file(path);
  CHECK(settings.number("limits.wall_seconds") == 5);
  CHECK(settings.origin("limits.wall_seconds") == path);
  CHECK(settings.texts("paths.plugins") == std::vector<std::string>{"/a", "/b"});
  setenv("PLAYLIST_LIMITS_WALL_SECONDS", "7", 1);
  settings.load_environment();
  unsetenv("PLAYLIST_LIMITS_WALL_SECONDS");
  CHECK(settings.number("limits.wall_seconds") == 7);
  CHECK(settings.origin("limits.wall_seconds") == "environment PLAYLIST_LIMITS_WALL_SECONDS");
}

TEST_CASE("an element's settings are free texts under its name", "[settings]") {
  Settings settings;
  settings.load_file(file_with(
      "return { elements = { ['ranking.external'] = { url = 'http://127.0.0.1', tries = 2 } } }"));
  CHECK(settings.element_keys() == std::vector<std::string>{"elements.ranking.external.tries",
                                                            "elements.ranking.external.url"});
  const ElementSettings elements = settings.elements();
  CHECK(std::string(elements.find("ranking.external.url")) == "http://127.0.0.1");
  CHECK(std::string(elements.find("ranking.external.tries")) == "2");
  CHECK(elements.find("ranking.external.token") == nullptr);
  setenv("PLAYLIST_ELEMENTS_RANKING_EXTERNAL_TOKEN", "secret", 1);
  CHECK(std::string(elements.find("ranking.external.token")) == "secret");
  unsetenv("PLAYLIST_ELEMENTS_RANKING_EXTERNAL_TOKEN");

  settings.set("elements.output.spotify.market", "DE", "test");
  CHECK(settings.text("elements.output.spotify.market") == "DE");
  CHECK_THROWS_WITH(settings.set("elements.output", "DE", "test"), Catch::Contains("no setting"));
  CHECK_THROWS_WITH(settings.load_file(file_with("return { elements = { ['a.b'] = 5 } }")),
                    Catch::Contains("the settings file has wrong values"));
}

TEST_CASE("all wrong settings of a file are told at once", "[settings]") {
  Settings settings;
  const std::string path =
      file_with("return { limits = { wal_seconds = 5, cpu_seconds = -1 }, run = { record = 3 } }");
  try {
    settings.load_file(path);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::kUsage);
    CHECK_THAT(error.text(),
               Catch::Contains("\"limits.wal_seconds\"; did you mean limits.wall_seconds?"));
    CHECK_THAT(
        error.text(),
        Catch::Contains("limits.cpu_seconds cannot be \"-1\": it accepts a number 1..86400"));
    CHECK_THAT(error.text(),
               Catch::Contains("run.record cannot be \"3\": it accepts true or false"));
  }
  CHECK(settings.number("limits.cpu_seconds") == 120);
}

TEST_CASE("a settings file that is not one is refused", "[settings]") {
  Settings settings;
  CHECK_THROWS_WITH(settings.load_file("/nowhere/engine.lua"),
                    Catch::Contains("cannot read the settings"));
  CHECK_THROWS_WITH(settings.load_file(file_with("return 5")),
                    Catch::Contains("must return a table"));
  CHECK_THROWS_WITH(settings.load_file(file_with("return os.exit()")),
                    Catch::Contains("cannot read the settings"));
}
