// The README is true: its commands run (those of its packages in tests/package/bare_root.sh); and the
// plugin that the page of help on plugins shows builds and is used.
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "support/program.hpp"

using support::Ended;
using support::EngineHome;

namespace {

const std::string kSource = PLAYLIST_SOURCE_DIR, kBuild = PLAYLIST_BUILD_DIR;

/// The fenced blocks of one language, in order.
std::vector<std::string> blocks(const std::string& language,
                                const std::string& page = "README.md") {
  std::vector<std::string> result;
  std::istringstream readme(engine::read_file(kSource + "/" + page));
  bool is_inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (!is_inside && line == "```" + language) {
      result.emplace_back();
      is_inside = true;
    } else if (is_inside && line == "```") {
      is_inside = false;
    } else if (is_inside) {
      result.back() += line + "\n";
    }
  }
  return result;
}

Ended shell(const EngineHome& home, const std::string& command) {
  std::map<std::string, std::string> environment = home.environment();
  environment.erase("PLAYLIST_LIBRARY");  // as a new user has it
  environment["PATH"] = kBuild + ":" + std::getenv("PATH");
  environment["PLAYLIST_BUILD"] = kBuild;
  return support::run_program(
      {"env", "-u", "PLAYLIST_LIBRARY", "bash", "-c", "cd '" + home.path("") + "' && " + command},
      environment);
}

}  // namespace

TEST_CASE("every command of the README runs", "[readme]") {
  const EngineHome home;
  int commands = 0;
  for (const std::string& block : blocks("sh")) {
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty()) continue;
      CAPTURE(line);
      const bool is_script = line.rfind("bash scripts/", 0) == 0;
      const Ended ended =
          shell(home, is_script ? "bash '" + kSource + "'/" + line.substr(5) : line);
      INFO(ended.out);
      INFO(ended.err);
      CHECK(ended.exit_code == 0);
      ++commands;
    }
  }
  CHECK(commands >= 7);
}

TEST_CASE("the pictures of the README are there, and small", "[readme]") {
  const std::string readme = engine::read_file(kSource + "/README.md");
  const std::size_t at = readme.find("](engine/help/pictures/") + 2;
  REQUIRE(at > 2);
  const std::string picture =
      engine::read_file(kSource + "/" + readme.substr(at, readme.find(')', at) - at));
  CHECK_THAT(picture, Catch::StartsWith("\x89PNG"));
  CHECK(picture.size() <= 200'000);
}

TEST_CASE("quickstart.sh imports what it is given", "[readme]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("export/StreamingHistory_music_0.json"), [] {
    std::string rows;
    for (int i = 0; i < 90; ++i) {
      rows += std::string(i > 0 ? "," : "") + "{\"endTime\":\"2026-01-" + (i % 28 < 9 ? "0" : "") +
              std::to_string(i % 28 + 1) + " 10:0" + std::to_string(i / 28) +
              "\",\"artistName\":\"Band " + std::to_string(i % 6) + "\",\"trackName\":\"Song " +
              std::to_string(i % 24) + "\",\"msPlayed\":200000}";
    }
    return "[" + rows + "]";
  }());
  const Ended ended =
      shell(home, "bash '" + kSource + "'/scripts/quickstart.sh '" + home.path("export") + "'");
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("made it to the playlist!"));
}

TEST_CASE("test.sh refuses an unknown option with its usage", "[readme]") {
  const Ended ended = support::run_program({"bash", kSource + "/scripts/test.sh", "--fast"});
  CHECK(ended.exit_code == 2);
  CHECK_THAT(ended.err, Catch::Contains("has no option --fast") && Catch::Contains("--sanitize"));
}

TEST_CASE("the mistake of the page on recipes is told as it says", "[readme]") {
  const EngineHome home;
  engine::write_file_atomically(
      home.path("mine.lua"),
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"x\", build = function(p, "
      "user)\n"
      "return pl.recall.catalogue {}\n:score(function(t) return t.enrgy end)\nend }\n");
  const Ended ended =
      home.engine({"--library", support::demo_library(), "run", home.path("mine.lua")});
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.err, Catch::Contains("error: unknown column \"enrgy\"") &&
                            Catch::Contains("where: " + home.path("mine.lua") + ":4") &&
                            Catch::Contains("|      :score(function(t) return t.enrgy end)") &&
                            Catch::Contains("did you mean energy?"));
}

TEST_CASE("the plugin of the pages of help builds and a recipe uses it", "[readme]") {
  const EngineHome home;
  const std::vector<std::string> plugins = blocks("cpp", "engine/help/topics/plugins.md");
  REQUIRE(plugins.size() == 1);
  engine::write_file_atomically(home.path("calm.cpp"), plugins[0]);
  std::filesystem::create_directories(home.path("plugins"));
  std::vector<std::string> command = {PLAYLIST_CXX,
                                      "-std=c++20",
                                      "-O1",
                                      "-fPIC",
                                      "-shared",
                                      "-fvisibility=hidden",
                                      "-I",
                                      kSource + "/sdk",
                                      "-Wl,--version-script=" + kSource + "/sdk/cmake/plugin.map",
                                      home.path("calm.cpp"),
                                      "-o",
                                      home.path("plugins/calm.so")};
  const Ended built = support::run_program(command);
  INFO(built.err);
  REQUIRE(built.exit_code == 0);
  engine::write_file_atomically(
      home.path("calm.lua"),
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Calm\", build = function(p, "
      "user)\n"
      "return pl.recall.catalogue {}:rank(pl.ranking.calm { weight = 0.3 })\n"
      ":score(function(t) return known(t.calm, 0) end):limit { tracks = 5 }\nend }\n");
  const Ended ended =
      home.engine({"--library", support::demo_library(), "--plugins", home.path("plugins"), "run",
                   home.path("calm.lua"), "--no-record"});
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("5 tracks"));
}
