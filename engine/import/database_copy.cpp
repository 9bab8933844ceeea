#include "import/database_copy.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <sqlite3.h>

#include "core/error.hpp"

namespace engine::import {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> kEndings = {"-wal", "-journal"};

bool is_database(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, kMagic.size()> head{};
  std::ifstream file(path, std::ios::binary);
  return file.read(head.data(), head.size()) &&
         std::string_view(head.data(), head.size()) == kMagic;
}

std::vector<std::string> beside(const std::string& path) {
  std::vector<std::string> found;
  for (const char* ending : kEndings) {
    std::error_code error;
    if (fs::is_regular_file(path + ending, error) && fs::file_size(path + ending, error) > 0) {
      found.emplace_back(ending);
    }
  }
  return found;
}

/// What would be otherwise had something been written meanwhile.
struct State {
  std::vector<std::pair<std::uintmax_t, fs::file_time_type>> files;
  explicit State(const std::string& path) {
    for (const std::string ending : {"", kEndings[0], kEndings[1]}) {
      std::error_code error;
      const auto size = fs::file_size(path + ending, error);
      files.emplace_back(error ? 0 : size,
                         error ? fs::file_time_type() : fs::last_write_time(path + ending, error));
    }
  }
  bool operator==(const State&) const = default;
};

[[noreturn]] void refuse(const std::string& path, const std::string& why, const std::string& fix) {
  throw Error(Exit::kInput, "cannot read the database " + path,
              {.where = path, .source = {}, .why = why, .fix = fix});
}

std::string make_folder() {
  std::string folder = (fs::temp_directory_path() / "playlist-engine-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    throw Error(Exit::kStore, "no folder can be made for the copy of a database",
                {.where = folder, .source = {}, .why = std::strerror(errno), .fix = "set TMPDIR"});
  }
  return folder;
}

void copy(const std::string& from, const std::string& to) {
  std::error_code error;
  if (!fs::copy_file(from, to, fs::copy_options::overwrite_existing, error)) {
    throw Error(Exit::kStore, "cannot copy " + from,
                {.where = to,
                 .source = {},
                 .why = error.message(),
                 .fix = "make room, or set TMPDIR to a folder on another disk"});
  }
}

}  // namespace

std::unique_ptr<DatabaseCopy> DatabaseCopy::make(const std::string& path) {
  if (!is_database(path) || beside(path).empty()) return nullptr;
  std::unique_ptr<DatabaseCopy> made(new DatabaseCopy(make_folder()));
  constexpr int kMostTries = 5;
  constexpr auto kPause = std::chrono::milliseconds(300);
  for (int k = 0; k < kMostTries; ++k) {
    if (k > 0) std::this_thread::sleep_for(kPause);
    const State before(path);
    copy(path, made->path());
    for (const char* ending : kEndings) {
      std::error_code ignored;
      fs::remove(made->path() + ending, ignored);
    }
    for (const std::string& ending : beside(path)) copy(path + ending, made->path() + ending);
    if (State(path) == before) {
      made->put_together(path);
      return made;
    }
  }
  refuse(path, "a program goes on writing to it", "stop it for a moment, or import a backup");
}

DatabaseCopy::~DatabaseCopy() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

/// SQLite writes what the log holds into the copy, and leaves no log.
void DatabaseCopy::put_together(const std::string& original) const {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(path().c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(handle, sqlite3_close);
  if (opened == SQLITE_OK) sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Alone with it, SQLite needs no memory to share; to read is to put back what was half written.
  constexpr const char* kStatements =
      "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema; "
      "PRAGMA journal_mode = DELETE";
  const bool is_done = opened == SQLITE_OK &&
                       sqlite3_exec(handle, kStatements, nullptr, nullptr, nullptr) == SQLITE_OK;
  if (!is_done) {
    refuse(original, handle ? sqlite3_errmsg(handle) : "out of memory",
           "import a backup that the program itself made");
  }
}

}  // namespace engine::import
