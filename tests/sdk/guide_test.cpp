// sdk/README.md is true: its files build, its commands run, in the order they stand there.
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "sdk_fixture.hpp"
#include "support/program.hpp"

using support::Ended;
using support::EngineHome;

namespace {

struct Block {
  std::string language, text;
};

std::vector<Block> blocks() {
  std::vector<Block> result;
  std::istringstream guide(engine::read_file(PLAYLIST_SOURCE_DIR "/sdk/README.md"));
  bool is_inside = false;
  for (std::string line; std::getline(guide, line);) {
    if (!line.starts_with("```")) {
      if (is_inside) result.back().text += line + "\n";
      continue;
    }
    is_inside = !is_inside;
    if (is_inside) result.push_back({line.substr(3), ""});
  }
  return result;
}

/// "drive.cpp", from the comment a file begins with.
std::string file_name(const Block& block) {
  std::istringstream words(block.text);
  std::string mark, name;
  words >> mark >> name;
  return name;
}

}  // namespace

TEST_CASE("every snippet of the SDK's guide builds and runs", "[guide]") {
  const EngineHome home;
  const std::string prefix = home.path("prefix");
  const auto installed = sdk_fixture::run_command(
      "cmake --install " PLAYLIST_BUILD_DIR " --component sdk --prefix " + prefix);
  INFO(installed.output);
  REQUIRE(installed.status == 0);
  CHECK(engine::read_file(prefix + "/share/doc/playlist-engine/plugin-guide.md") ==
        engine::read_file(PLAYLIST_SOURCE_DIR "/sdk/README.md"));
  std::map<std::string, std::string> environment = home.environment();
  environment["PREFIX"] = prefix;
  environment["PATH"] = std::string(PLAYLIST_BUILD_DIR) + ":" + std::getenv("PATH");
  environment["CC"] = PLAYLIST_CC;
  environment["CXX"] = PLAYLIST_CXX;

  std::map<std::string, int> kinds;
  for (const Block& block : blocks()) {
    ++kinds[block.language];
    if (block.language == "sh") continue;
    const std::string name = file_name(block);
    CAPTURE(block.text);
    REQUIRE(name.find('.') != std::string::npos);
    engine::write_file_atomically(home.path(name), block.text);
  }
  CHECK(kinds["cpp"] == 9);  // one per kind, a file, an order
  CHECK(kinds["c"] == 1);
  CHECK(kinds["sh"] >= 5);
  for (const Block& block : blocks()) {
    if (block.language != "sh") continue;
    std::istringstream lines(block.text);
    for (std::string line; std::getline(lines, line);) {
      const Ended ended = support::run_program({"bash", "-c", line}, environment, home.path(""));
      CAPTURE(line, ended.out, ended.err);
      REQUIRE(ended.exit_code == 0);
      if (line.find("run evening.lua") != std::string::npos) {
        CHECK_THAT(ended.out, Catch::StartsWith("Ten years ago, without words"));
        CHECK_THAT(engine::read_file(home.path("evening.txt")),
                   Catch::StartsWith("# favourites\n"));
      }
    }
  }
}
