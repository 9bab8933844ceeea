#include "store/store.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "core/error.hpp"
#include "core/shard.hpp"
#include "core/temporary_folder.hpp"
#include "store/migrations.hpp"
#include "store/read_only.hpp"
#include "store/row_source.hpp"

namespace engine {
namespace {

constexpr const char* kAppended = "appended";  // the states of appended_states(), but for ""

/// 128 random bits as 32 hexadecimal digits.
std::string drawn_token() {
  std::random_device random;
  char digits[9];
  std::string token;
  for (int k = 0; k < 4; ++k) {
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(random()));
    token += digits;
  }
  return token;
}

using Database = std::unique_ptr<sqlite3, CloseDatabase>;

void run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_store_error(database, "opening it");
  }
}

Database open_file(const std::string& path, int flags, double busy_seconds) {
  sqlite3* raw = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (result != SQLITE_OK) throw_store_error(raw, "opening it");
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(busy_seconds * 1000));
  return database;
}

/// As SQLite wants a path in a URI.
std::string uri_path(const std::string& path) {
  std::string escaped;
  for (const char c : std::filesystem::absolute(path).string()) {
    if (c == '%')
      escaped += "%25";
    else if (c == '?')
      escaped += "%3f";
    else if (c == '#')
      escaped += "%23";
    else
      escaped += c;
  }
  return escaped;
}

bool has_bytes(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return !error && size > 0;
}

/// A copy with what waits in its log, gone when it is closed.
Database open_copied_file(const std::string& path, double busy_seconds) {
  const TemporaryFolder folder;
  const std::string copy = folder.file("library.db");
  for (const char* part : {"", "-wal", "-journal"}) {
    if (has_bytes(path + part)) std::filesystem::copy_file(path + part, copy + part);
  }
  Database database = open_file(copy, SQLITE_OPEN_READWRITE, busy_seconds);
  run(database.get(), "SELECT count(*) FROM sqlite_schema");  // opens the log, by its name
  return database;
}

/// A process that was killed while it made the store leaves a journal, with which SQLite takes back what
/// was begun; to who only reads it refuses the file instead.
void take_back_what_was_begun(const std::string& path, double busy_seconds) {
  if (!has_bytes(path + "-journal")) return;
  const Database database = open_file(path, SQLITE_OPEN_READWRITE, busy_seconds);
  run(database.get(), "SELECT count(*) FROM sqlite_schema");
}

/// For reading. SQLite reads a store with a write-ahead log only beside an index of that log, which
/// it makes; where nothing can be made, a store without a log is read as a file that nobody
/// changes, and one with a log but no index from a copy.
Database open_for_reading(const std::string& given, double busy_seconds) {
  const auto open_plainly = [&] { return open_file(given, SQLITE_OPEN_READONLY, busy_seconds); };
  if (may_be_written(given)) {
    take_back_what_was_begun(given, busy_seconds);
    return open_plainly();
  }
  std::error_code error;
  const auto real = std::filesystem::canonical(given, error);
  const std::string path = error ? given : real.string();
  const bool has_log = has_bytes(path + "-wal");
  if (has_log && std::filesystem::exists(path + "-shm", error)) return open_plainly();
  if (has_log || has_bytes(path + "-journal")) return open_copied_file(path, busy_seconds);
  return open_file("file:" + uri_path(path) + "?immutable=1",
                   SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, busy_seconds);
}

int newest(std::span<const Migration> migrations) {
  return migrations.empty() ? 0 : migrations.back().version;
}

/// A FIFO would be waited for, a folder be told as a fault of the disk.
void refuse_what_is_no_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) return;
  throw Error(Exit::kStore, "this is not a library",
              {.where = path,
               .source = {},
               .why = std::filesystem::is_directory(status) ? "it is a folder" : "it is no file",
               .fix = "name a file with --library"});
}

void require_file(const std::string& path) {
  if (std::filesystem::exists(path)) return;
  throw Error(Exit::kStore, "there is no store yet",
              {.where = path,
               .source = {},
               .why = "the file does not exist",
               .fix = "make one with `engine import PATH...` or `engine demo`"});
}

void make_folder(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(Exit::kStore, "cannot make the folder of the store",
                {.where = folder.string(),
                 .source = {},
                 .why = error.message(),
                 .fix = "name another file with --library"});
  }
}

/// SQLite does not wait for another process that switches a new file over at the same time.
void switch_to_wal(sqlite3* database, double busy_seconds) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(busy_seconds);
  while (std::chrono::steady_clock::now() < deadline) {
    const int result =
        sqlite3_exec(database, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if ((result & 0xff) != SQLITE_BUSY) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  run(database, "PRAGMA journal_mode = WAL");  // throws what is still in the way
}

/// Settings of a connection that writes. The page size holds for new files only.
void prepare_for_writing(sqlite3* database, double busy_seconds) {
  run(database, "PRAGMA page_size = 16384");
  switch_to_wal(database, busy_seconds);
  run(database, "PRAGMA synchronous = NORMAL");
}

void prepare_connection(sqlite3* database) {
  run(database, "PRAGMA foreign_keys = ON");
  run(database, "PRAGMA cache_size = -65536");  // 64 MiB at most
  run(database, "PRAGMA temp_store = MEMORY");
  install_row_source(database);
}

}  // namespace

bool may_be_written(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  const bool is_there = ::access(path.c_str(), F_OK) == 0;
  return ::access(folder.c_str(), W_OK) == 0 && (!is_there || ::access(path.c_str(), W_OK) == 0);
}

Store Store::open(const std::string& path, const StoreOptions& options) {
  if (options.is_read_only || !options.may_create) require_file(path);
  refuse_what_is_no_file(path);
  if (options.is_read_only) {
    Database database = open_for_reading(path, options.busy_seconds);
    const int version = store_version(database.get(), path, newest(options.migrations));
    if (version == newest(options.migrations)) {
      prepare_connection(database.get());
      return {database.release(), path};
    }
    // An older store that cannot be changed is migrated as a copy.
    if (version > 0 && !may_be_written(path)) return open_copy(path, options);
  }
  make_folder(path);
  Database database =
      open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options.busy_seconds);
  const int version = store_version(database.get(), path, newest(options.migrations));
  prepare_for_writing(database.get(), options.busy_seconds);
  migrate(database.get(), path, version, options.migrations, /*has_backup=*/true);
  prepare_connection(database.get());
  return {database.release(), path};
}

Store Store::open_copy(const std::string& path, const StoreOptions& options) {
  refuse_what_is_no_file(path);
  std::string name = (std::filesystem::temp_directory_path() / "playlist-store-XXXXXX").string();
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) {
    throw Error(Exit::kStore, "cannot make a temporary copy of the store",
                {.where = name,
                 .source = {},
                 .why = "the folder for temporary files is not writable",
                 .fix = "set TMPDIR to a folder with room for the store"});
  }
  ::close(descriptor);
  Database copy = open_file(name, SQLITE_OPEN_READWRITE, options.busy_seconds);
  // The open connection keeps the file; without a journal file nothing looks for its name again.
  run(copy.get(), "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
  run(copy.get(), "PRAGMA page_size = 16384");
  int version = 0;
  if (std::filesystem::exists(path)) {
    const Database original = open_for_reading(path, options.busy_seconds);
    version = store_version(original.get(), path, newest(options.migrations));
    if (version > 0) copy_database(original.get(), copy.get());
  }
  run(copy.get(), "PRAGMA journal_mode = MEMORY");
  ::unlink(name.c_str());
  migrate(copy.get(), path, version, options.migrations, /*has_backup=*/false);
  prepare_connection(copy.get());
  return {copy.release(), path};
}

Store::Store(Store&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)), path_(std::move(other.path_)) {}

Store& Store::operator=(Store&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(path_, other.path_);
  return *this;
}

Store::~Store() {
  sqlite3_close_v2(database_);
}

int Store::version() const {
  return static_cast<int>(integer("PRAGMA user_version"));
}

void Store::execute(const std::string& sql) const {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_store_error(database_, ("running: " + sql).c_str());
  }
}

std::int64_t Store::integer(std::string_view sql) const {
  return prepare(sql).find_integer().value_or(0);
}

std::int64_t Store::data_version() const {
  return integer("SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'data_version'");
}

// A shard's numbers are those of the library that it was taken from: of a part of the people they would be others.
void Store::require_whole() const {
  const std::string part = setting(kShardSetting);
  if (part.empty()) return;
  throw Error(Exit::kInput, path_ + " is " + part_of_library(part) + ", and stays as it is",
              {"", "", "its lists are those of the whole library",
               "change the library that it was taken from, and take it from there again: " +
                   taken_by(part)});
}

void Store::bump_data_version() {
  require_whole();
  prepare(
      "INSERT INTO settings VALUES ('data_version', '1') "
      "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1")
      .run();
  // Two copies of a store that go apart count alike; what they hold is told apart by this.
  set_setting("data_token", drawn_token());
  prepare("DELETE FROM settings WHERE key = ?1").run(kAppended);
}

void Store::note_appended() {
  require_whole();
  std::vector<std::string> states = appended_states();
  const std::size_t number = states.back().empty() ? 1 : std::stoull(states.back()) + 1;
  states.push_back(std::to_string(number) + "-" + drawn_token().substr(0, 12));
  while (states.size() > kMostAppendedStates) states.erase(states.begin());
  std::string text;
  for (const std::string& state : states)
    if (!state.empty()) text += (text.empty() ? "" : " ") + state;
  set_setting(kAppended, text);
}

std::vector<std::string> Store::appended_states() const {
  std::vector<std::string> states;
  std::istringstream words(setting(kAppended));
  for (std::string state; words >> state;) states.push_back(state);
  if (states.empty() || states.front().starts_with("1-")) states.insert(states.begin(), "");
  return states;
}

std::string Store::user_state(std::int64_t user_id, UserPart part) const {
  Statement select =
      prepare("SELECT version, token FROM user_versions WHERE user_id = ?1 AND part = ?2");
  select.start(user_id, static_cast<std::int64_t>(part));
  if (!select.step()) return "";
  return "version " + std::to_string(select.integer(0)) + " " + std::string(select.text(1));
}

void Store::bump_user_version(std::int64_t user_id, UserPart part) {
  require_whole();
  prepare(
      "INSERT INTO user_versions VALUES (?1, ?2, 1, ?3) "
      "ON CONFLICT (user_id, part) DO UPDATE SET version = version + 1, token = ?3")
      .run(user_id, static_cast<std::int64_t>(part), drawn_token());
}

std::string Store::setting(std::string_view key) const {
  Statement select = prepare("SELECT value FROM settings WHERE key = ?1");
  select.start(key);
  return select.step() ? std::string(select.text(0)) : std::string();
}

std::vector<std::pair<std::string, std::string>> Store::settings(std::string_view prefix) const {
  Statement select =
      prepare("SELECT key, value FROM settings WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key");
  std::vector<std::pair<std::string, std::string>> found;
  for (select.start(prefix); select.step();) found.emplace_back(select.text(0), select.text(1));
  return found;
}

void Store::set_setting(std::string_view key, std::string_view value) {
  prepare("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
      .run(key, value);
}

std::vector<std::string> Store::check() const {
  std::vector<std::string> findings;
  Statement integrity = prepare("PRAGMA integrity_check(20)");
  for (integrity.start(); integrity.step();) {
    if (integrity.text(0) != "ok") findings.emplace_back(integrity.text(0));
  }
  Statement keys = prepare("PRAGMA foreign_key_check");
  for (keys.start(); keys.step();) {
    findings.push_back("a row of " + std::string(keys.text(0)) + " points at a missing row of " +
                       std::string(keys.text(2)));
    if (findings.size() >= 20) break;
  }
  return findings;
}

void Store::checkpoint() {
  // A reader may hold the log back: not an error, the next checkpoint goes on from there.
  sqlite3_wal_checkpoint_v2(database_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

Transaction::Transaction(Store& store) : store_(store) {
  if (sqlite3_exec(store.handle(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_store_error(store.handle(), "beginning to write");
  }
}

Transaction::~Transaction() {
  if (is_open_) sqlite3_exec(store_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  if (sqlite3_exec(store_.handle(), "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_store_error(store_.handle(), "finishing to write");
  }
  is_open_ = false;
}

}  // namespace engine
