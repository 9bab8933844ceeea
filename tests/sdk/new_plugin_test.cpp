// engine plugin new: every kind, in both languages, builds with every compiler there is, passes its
// check and its own test, and is used by a recipe.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sdk_fixture.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using sdk_fixture::CommandResult;
using sdk_fixture::run_command;
using support::Ended;
using support::EngineHome;
namespace fs = std::filesystem;

namespace {

const std::string kBuild = PLAYLIST_BUILD_DIR, kPrefix = kBuild + "/new-plugins/prefix";
const char* const kKinds[] = {"source",   "recall", "ranking", "filtering",
                              "ordering", "output", "model"};

bool succeeds(const std::string& command) {
  const CommandResult result = run_command(command);
  INFO(command << '\n' << result.output);
  CHECK(result.status == 0);
  return result.status == 0;
}

bool install_sdk() {
  static const bool is_installed =
      succeeds("cmake --install " + kBuild + " --component sdk --prefix " + kPrefix);
  return is_installed;
}

std::string found(const char* program) {
  return run_command(std::string("command -v ") + program).output;
}

/// A plugin of every kind in one build, with warnings as errors; then all of their tests.
void build_and_test(const std::string& language, const std::string& options) {
  const EngineHome home;
  std::ofstream cmake(home.path("CMakeLists.txt"));
  cmake << "cmake_minimum_required(VERSION 3.25)\nproject(all LANGUAGES C CXX)\nenable_testing()\n";
  for (const std::string kind : kKinds) {
    const Ended made = home.engine(
        {"plugin", "new", "my_" + kind, "--kind", kind, "--lang", language, "--to", home.path("")});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    CHECK_THAT(made.out, Catch::Contains("with " + kind + ".my_" + kind + " in "));
    cmake << "add_subdirectory(my_" << kind << ")\n";
  }
  cmake.close();
  const std::string build = home.path("build");
  REQUIRE(install_sdk());
  REQUIRE(succeeds("cmake -S " + home.path("") + " -B " + build +
                   " -DCMAKE_PREFIX_PATH=" + kPrefix + " -DPLAYLIST_ENGINE=" + kBuild +
                   "/engine -DCMAKE_C_FLAGS=-Werror -DCMAKE_CXX_FLAGS=-Werror " + options));
  REQUIRE(succeeds("cmake --build " + build + " --parallel 2"));
  const CommandResult tests =
      run_command("ctest --test-dir " + build + " --output-on-failure --no-tests=error");
  INFO(tests.output);
  CHECK(tests.status == 0);
  CHECK_THAT(tests.output, Catch::Contains("100% tests passed, 0 tests failed out of 14"));
}

}  // namespace

TEST_CASE("plugins made by `engine plugin new` in C++ build with g++ and pass their tests",
          "[flavours]") {
  if (found("g++").empty()) {
    WARN("g++ is not installed: this flavour was not built");
    return;
  }
  build_and_test("cpp", "-DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++");
}

TEST_CASE("plugins made by `engine plugin new` in C++ build with clang++ and pass their tests",
          "[flavours]") {
  if (found("clang++").empty()) {
    WARN("clang++ is not installed: this flavour was not built");
    return;
  }
  build_and_test("cpp", "-DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++");
}

TEST_CASE("plugins made by `engine plugin new` in C99 build and pass their tests", "[flavours]") {
  build_and_test("c", "-DCMAKE_C_COMPILER=" PLAYLIST_CC " -DCMAKE_CXX_COMPILER=" PLAYLIST_CXX);
}

TEST_CASE("ci.sh of a new plugin builds and tests it from nothing", "[flavours]") {
  const EngineHome home;
  REQUIRE(install_sdk());
  for (const std::string language : {"cpp", "c"}) {
    REQUIRE(home.engine({"plugin", "new", "quiet_" + language, "--kind", "ranking", "--lang",
                         language, "--to", home.path("")})
                .exit_code == 0);
    CHECK(succeeds(
        home.path("quiet_" + language) + "/ci.sh " + kPrefix + " -DPLAYLIST_ENGINE=" + kBuild +
        "/engine -DCMAKE_C_COMPILER=" PLAYLIST_CC " -DCMAKE_CXX_COMPILER=" PLAYLIST_CXX));
  }
}

TEST_CASE("plugin new tells what it made, also as JSON") {
  const EngineHome home;
  const Ended made = home.engine(
      {"plugin", "new", "late_night", "--kind", "filtering", "--to", home.path("mine"), "--json"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const auto json = support::parse_json(made.out);
  CHECK(json["element"] == "filtering.late_night");
  CHECK(json["folder"] == home.path("mine/late_night"));
  for (const std::string file : json["files"]) CHECK(fs::exists(home.path("mine/" + file)));
  CHECK(json["files"].size() == 7);
  CHECK(run_command("grep -rn '@[A-Z]*@' " + home.path("mine/late_night")).output.empty());
  CHECK(run_command("ls -A " + home.path("mine")).output == "late_night\n");
}

TEST_CASE("plugin new refuses names and folders that would not work") {
  const EngineHome home;
  const auto refused = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"plugin", "new"});
    more.insert(more.end(), {"--to", home.path("")});
    const Ended ended = home.engine(more);
    return std::to_string(ended.exit_code) + " " + ended.err;
  };
  CHECK_THAT(refused({"Late-Night", "--kind", "recall"}),
             Catch::StartsWith("2 ") &&
                 Catch::Contains("a plugin cannot be called \"Late-Night\"") &&
                 Catch::Contains("lower-case letters, digits and _, a letter first"));
  CHECK_THAT(refused({"end", "--kind", "recall"}), Catch::Contains("is a word of Lua"));
  CHECK_THAT(refused({"test", "--kind", "recall"}), Catch::Contains("CMake keeps this name"));
  CHECK_THAT(refused({std::string(65, 'a'), "--kind", "recall"}),
             Catch::Contains("longer than 64 characters"));
  CHECK_THAT(
      refused({"mood", "--kind", "ranking"}),
      Catch::StartsWith("2 ") && Catch::Contains("there is an element ranking.mood already"));
  CHECK_THAT(refused({"x", "--kind", "rank"}), Catch::StartsWith("2 "));
  CHECK_THAT(refused({"x", "--kind", "recall", "--lang", "rust"}), Catch::StartsWith("2 "));
  REQUIRE(fs::create_directory(home.path("taken")));
  std::ofstream(home.path("taken/mine")) << "kept";
  CHECK_THAT(refused({"taken", "--kind", "recall"}),
             Catch::StartsWith("3 ") && Catch::Contains("exists already, and is left as it is"));
  CHECK(run_command("cat " + home.path("taken/mine") + "; ls " + home.path("taken")).output ==
        "keptmine\n");
}
