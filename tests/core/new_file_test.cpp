// Files that several processes make at once, and what tells descriptions apart.
#include "core/new_file.hpp"

#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/json_differences.hpp"
#include "core/paths.hpp"
#include "support/temporary_folder.hpp"

TEST_CASE("of several processes that write one file once, one does", "[files]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("once");
  constexpr int kProcesses = 8;
  for (int k = 0; k < kProcesses; ++k) {
    if (::fork() != 0) continue;
    const bool is_first =
        engine::write_file_once(path, std::string(100'000, static_cast<char>('a' + k)));
    ::_exit(is_first ? 10 + k : 0);
  }
  int firsts = 0, first = -1;
  for (int k = 0; k < kProcesses; ++k) {
    int status = 0;
    ::wait(&status);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 0) continue;
    ++firsts;
    first = WEXITSTATUS(status) - 10;
  }
  CHECK(firsts == 1);
  CHECK(engine::read_file(path) == std::string(100'000, static_cast<char>('a' + first)));
  CHECK_FALSE(engine::write_file_once(path, "another"));
  CHECK(engine::read_file(path).size() == 100'000);
  const std::filesystem::directory_iterator files(folder.path());
  CHECK(std::distance(begin(files), end(files)) == 1);
}

TEST_CASE("a process's mark is a name of a file", "[files]") {
  const std::string mark = engine::process_mark();
  CHECK(mark.starts_with(std::to_string(::getpid()) + "@"));
  CHECK(mark.find('/') == mark.npos);
}

TEST_CASE("two descriptions are told apart member by member", "[json]") {
  using Json = nlohmann::ordered_json;
  const auto told = [](const Json& found, const Json& wanted) {
    return engine::json_differences(found, wanted,
                                    [](std::string_view name) { return name == "hash"; });
  };
  const Json one = {{"now", 5}, {"hash", "a"}, {"of", {{"x", 1}, {"y", "b"}}}};
  CHECK(told(one, one).empty());
  CHECK(told(one, {{"now", 6}, {"hash", "b"}, {"of", {{"x", 1}, {"y", "c"}}}}) ==
        "now was 5, is 6; hash differs; of: y was \"b\", is \"c\"");
  CHECK(told(one, {{"hash", "a"}, {"of", 3}, {"more", true}}) ==
        "of was {\"x\":1,\"y\":\"b\"}, is 3; more was null, is true; now was 5, is null");
}
