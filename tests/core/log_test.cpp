#include "core/log.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "support/temporary_folder.hpp"

using engine::Log;

TEST_CASE("the log file has every line with its time and level, whatever the terminal shows",
          "[log]") {
  const TemporaryFolder folder;
  Log log;
  log.set_terminal(Log::Terminal::kErrors);
  log.open_file(folder.file("engine.log"), 1);
  log.debug("worker: 3 ms");
  log.note("run 7 recorded {not a format}");
  const std::string text = engine::read_file(folder.file("engine.log"));
  CHECK_THAT(text,
             Catch::Contains(" debug worker: 3 ms\n") &&
                 Catch::Contains(" info run 7 recorded {not a format}\n") &&
                 Catch::Matches(
                     "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}[+-][^ ]+ \\d+ (.|\\n)*"));
}

TEST_CASE("a log file that grows is put aside", "[log]") {
  const TemporaryFolder folder;
  Log log;
  log.set_terminal(Log::Terminal::kErrors);
  log.open_file(folder.file("engine.log"), 1);
  for (int i = 0; i < 300; ++i) log.note(std::string(4096, 'x'));
  CHECK(std::filesystem::exists(folder.file("engine.1.log")));
  CHECK(std::filesystem::file_size(folder.file("engine.log")) < 1u << 20);
}

TEST_CASE("a log file that cannot be written is an error of usage", "[log]") {
  Log log;
  try {
    log.open_file("/proc/no/engine.log", 1);
    FAIL("no error");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kUsage);
    CHECK_THAT(error.text(), Catch::Contains("cannot write the log file /proc/no/engine.log"));
  }
}
