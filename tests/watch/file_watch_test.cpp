#include "watch/file_watch.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <thread>

#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "support/temporary_folder.hpp"

using engine::FileChange;
using engine::FileWatch;

namespace {

namespace fs = std::filesystem;

/// What has happened once it is quiet for 50 ms.
std::vector<FileChange> changes_of(FileWatch& watch) {
  std::vector<FileChange> changes;
  pollfd source{watch.descriptor(), POLLIN, 0};
  while (::poll(&source, 1, changes.empty() ? 2000 : 50) > 0) {
    for (FileChange& change : watch.take()) changes.push_back(std::move(change));
  }
  return changes;
}

bool has(const std::vector<FileChange>& changes, const std::string& path, bool is_whole) {
  for (const FileChange& change : changes) {
    if (change.path == path && change.is_whole == is_whole) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a file saved by rename or in place is whole", "[watch]") {
  const TemporaryFolder folder;
  FileWatch watch({{folder.path(), ".lua", 7, 0}});
  engine::write_file_atomically(folder.file("a.lua"), "x");
  auto changes = changes_of(watch);
  CHECK(has(changes, folder.file("a.lua"), true));
  CHECK(changes.back().kind == 7);
  std::ofstream(folder.file("a.lua")) << "in place";
  CHECK(has(changes_of(watch), folder.file("a.lua"), true));
}

TEST_CASE("a file that is still written to, or deleted, is not whole", "[watch]") {
  const TemporaryFolder folder;
  FileWatch watch({{folder.path(), ".lua", 1, 0}});
  std::ofstream file(folder.file("a.lua"));
  file << "part" << std::flush;
  CHECK(has(changes_of(watch), folder.file("a.lua"), false));
  file.close();
  CHECK(has(changes_of(watch), folder.file("a.lua"), true));
  fs::remove(folder.file("a.lua"));
  CHECK(has(changes_of(watch), folder.file("a.lua"), false));
}

TEST_CASE("editors' own files are not told", "[watch]") {
  const TemporaryFolder folder;
  FileWatch watch({{folder.path(), ".lua", 1, 0}});
  for (const char* name : {".a.lua.swp", ".a.lua", "a.lua~", "#a.lua#", "4913", "a.txt"})
    std::ofstream(folder.file(name)) << "x";
  std::ofstream(folder.file("b.lua")) << "x";
  const auto changes = changes_of(watch);
  REQUIRE_FALSE(changes.empty());
  for (const FileChange& change : changes) CHECK(change.path == folder.file("b.lua"));
}

TEST_CASE("folders that go and come are watched on", "[watch]") {
  const TemporaryFolder folder;
  const std::string inner = folder.file("plugins"), deep = inner + "/mine";
  FileWatch watch({{inner, ".so", 1, 1}});  // not there yet
  fs::create_directories(deep);
  CHECK(has(changes_of(watch), inner, false));
  std::ofstream(deep + "/x.so") << "x";
  CHECK(has(changes_of(watch), deep + "/x.so", true));
  fs::remove_all(inner);
  changes_of(watch);
  fs::create_directories(deep);
  changes_of(watch);
  std::ofstream(deep + "/y.so") << "y";
  CHECK(has(changes_of(watch), deep + "/y.so", true));
  fs::rename(inner, folder.file("elsewhere"));
  changes_of(watch);
  std::ofstream(folder.file("elsewhere/z.so")) << "z";
  std::ofstream(folder.file("unrelated")) << "z";
  for (const FileChange& change : changes_of(watch))
    CHECK(change.path.find("elsewhere") == std::string::npos);
}

TEST_CASE("one name in a folder can be watched alone", "[watch]") {
  const TemporaryFolder folder;
  FileWatch watch({{folder.path(), "library.db", 2, 0}});
  std::ofstream(folder.file("other.db")) << "x";
  std::ofstream(folder.file("library.db")) << "x";
  for (const FileChange& change : changes_of(watch))
    CHECK(change.path == folder.file("library.db"));
}
