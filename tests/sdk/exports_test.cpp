// What libraries and the program show to the dynamic linker, and what the headers need.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "plugin/elf.hpp"
#include "sdk_fixture.hpp"
#include "worker/worker.hpp"

using namespace sdk_fixture;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("every plugin library exports exactly its two symbols") {
  int count = 0;
  for (const char* folder : {PLAYLIST_BUILD_DIR "/plugins", PLAYLIST_BUILD_DIR "/test-plugins"}) {
    if (!fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".so") continue;
      CAPTURE(entry.path());
      const engine::ElfLibrary elf = engine::read_elf(bytes_of(entry.path()));
      CHECK(elf.problem.empty());
      CHECK(elf.exported ==
            std::vector<std::string>{"playlist_plugin_abi", "playlist_plugin_main"});
      ++count;
    }
  }
  CHECK(count >= 3);
}

TEST_CASE("the programs that load plugins export nothing a plugin could call by accident") {
  // The linker lets out what the libraries of a program share with it (std::cout, Boost's error
  // categories), which is theirs and weak; nothing of the engine, and no function of its own.
  for (const char* name : {"tests/test_sdk", "engine"}) {
    const std::string program = PLAYLIST_BUILD_DIR "/" + std::string(name);
    if (!fs::is_regular_file(program)) continue;  // only this test's program was built
    CAPTURE(program);
    const CommandResult symbols = run_command("nm -D -C --defined-only " + program);
    CHECK(symbols.status == 0);
    CHECK_THAT(symbols.output, !Catch::Contains("engine::"));
    CHECK_THAT(symbols.output, !Catch::Contains("playlist"));
    // Sanitizers, under which memory cannot be limited, export functions of their own.
    if (engine::limits_memory()) CHECK_THAT(symbols.output, !Catch::Contains(" T "));
  }
}

TEST_CASE("the contract compiles as strict C99, C11 and C++20, each header by itself") {
  const std::string flags =
      " -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I " PLAYLIST_SOURCE_DIR "/sdk ";
  const std::string headers = PLAYLIST_SOURCE_DIR "/sdk/playlist/";
  for (const char* standard : {"c99", "c11"}) {
    const CommandResult result = run_command(PLAYLIST_CC " -x c -std=" + std::string(standard) +
                                             flags + headers + "plugin.h");
    CHECK(result.output == "");
  }
  for (const auto& header : fs::directory_iterator(headers)) {
    // As an include: in a main file, #pragma once is a warning.
    const CommandResult result =
        run_command("echo '#include \"playlist/" + header.path().filename().string() +
                    "\"' | " PLAYLIST_CXX " -x c++ -std=c++20" + flags + "-");
    CAPTURE(header.path());
    CHECK(result.output == "");
    CHECK(result.status == 0);
  }
}
