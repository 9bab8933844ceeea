// The store: one SQLite file that holds the catalogue, everybody's history, and what the engine
// did. schema.sql describes the tables.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/statement.hpp"

namespace engine {

/// One step of the schema. Steps go forward only; `sql` runs in one transaction with the new
/// version number.
struct Migration {
  int version;  // rising by one, from 1
  std::string_view sql;
};
/// The steps of this engine's schema.
std::span<const Migration> store_migrations();

struct StoreOptions {
  bool is_read_only = false;  // the file must exist; an older one is still migrated first
  bool may_create = true;     // otherwise a missing file is an error
  double busy_seconds = 10;   // how long to wait for another process that writes
  std::span<const Migration> migrations = store_migrations();
};

/// Parts of a user's data that change without anybody else's. The numbers stand in the store.
enum class UserPart : std::int64_t {
  kSets = 1,   // likes, saved albums and artists, playlists, prompts: many rows, in a column file
  kWords = 2,  // bans, what they said to the engine, the time zone: few, read at each start
};

/// The setting of a store that is one shard of a library (cluster/scatter.hpp): "2/8". What its people listened to
/// and said, and the catalogue, never change in it; runs are recorded.
inline constexpr const char* kShardSetting = "shard";

/// An open store: WAL journal, foreign keys checked, 16 KiB pages. Opening a new or empty file
/// makes the tables; opening an older store copies it to FILE.before-vN, then migrates it.
///
/// Several processes may read while one writes; a second writer waits busy_seconds.
/// Threads: one at a time. Not to be carried over a fork: open after, or close before.
/// Throws Error(kStore): cannot open, not a store, damaged, made by a newer engine, locked, full.
class Store {
 public:
  static Store open(const std::string& path, const StoreOptions& options = {});
  /// A private copy of the store at `path` (an empty store when there is none) that is gone when
  /// closed: for dry runs. The original is only read.
  static Store open_copy(const std::string& path, const StoreOptions& options = {});

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] sqlite3* handle() const { return database_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int version() const;  // of the schema

  [[nodiscard]] Statement prepare(std::string_view sql) const { return {database_, sql}; }
  /// Runs SQL text that gives no rows.
  void execute(const std::string& sql) const;
  /// The first column of the first row of a query without parameters; 0 when there is none.
  [[nodiscard]] std::int64_t integer(std::string_view sql) const;

  /// Counts every committed change of what recipes of anybody read (not of run records), but for
  /// those that bump_user_version() counts: the key of the column cache. 0 for a store that never
  /// changed.
  [[nodiscard]] std::int64_t data_version() const;
  /// To be called inside each transaction that changes what recipes of anybody read: the catalogue,
  /// and the listens, likes and playlists by which tracks become known. This and the two below throw
  /// Error(kInput) in a store that is a shard.
  void bump_data_version();

  /// To be called instead where the change only adds to what was there: listens of one user that
  /// begin later than all they had, and the tracks and artists that were made for them. Column
  /// files of an earlier state then take in what is new. `data_version` stays.
  void note_appended();
  /// Names of the states that the last bump_data_version() and each note_appended() since left,
  /// the present one last; the first is "" unless more than kMostAppendedStates were noted.
  [[nodiscard]] std::vector<std::string> appended_states() const;
  static constexpr std::size_t kMostAppendedStates = 64;

  /// Which state that part of a user's data is in; "" until the first bump_user_version().
  [[nodiscard]] std::string user_state(std::int64_t user_id, UserPart part) const;
  /// To be called instead where only this user's recipes read something else from now on: a like or
  /// a ban of what is known anyway, the time zone.
  void bump_user_version(std::int64_t user_id, UserPart part);

  /// The `settings` table; "" when not set.
  [[nodiscard]] std::string setting(std::string_view key) const;
  /// Those whose keys begin with `prefix`, by key.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> settings(
      std::string_view prefix) const;
  void set_setting(std::string_view key, std::string_view value);

  /// Findings of a full integrity and foreign key check; empty when the file is sound.
  [[nodiscard]] std::vector<std::string> check() const;
  /// Moves what the write-ahead log holds into the file itself, as far as readers allow.
  void checkpoint();

 private:
  void require_whole() const;
  Store(sqlite3* database, std::string path) : database_(database), path_(std::move(path)) {}
  sqlite3* database_ = nullptr;
  std::string path_;
};

/// One write transaction: begins at once (so that two writers wait for each other instead of
/// failing halfway) and rolls back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Store& store);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Store& store_;
  bool is_open_ = true;
};

}  // namespace engine
