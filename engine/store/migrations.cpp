#include "store/migrations.hpp"

#include <cstdio>
#include <memory>

#include "core/error.hpp"

namespace engine {

extern const std::string_view kSchemaSql;  // schema.sql, embedded

namespace {

int pragma(sqlite3* database, const char* sql) {
  Statement statement(database, sql);
  return static_cast<int>(statement.find_integer().value_or(0));
}

void run(sqlite3* database, const std::string& sql, const char* doing) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_store_error(database, doing);
  }
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};

/// Writes to a temporary name first, so that a backup is whole or not there.
void back_up(sqlite3* database, const std::string& path) {
  const std::string temporary = path + ".part";
  std::remove(temporary.c_str());
  {
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(temporary.c_str(), &raw,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    const std::unique_ptr<sqlite3, CloseDatabase> copy(raw);
    if (opened != SQLITE_OK) throw_store_error(raw, "making a backup before a migration");
    copy_database(database, raw);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    throw Error(Exit::kStore, "cannot write the backup " + path,
                {.where = path,
                 .source = {},
                 .why = "the file cannot be put in place",
                 .fix = "make the folder writable; the store was not changed"});
  }
}

}  // namespace

std::span<const Migration> store_migrations() {
  static const Migration steps[] = {
      {1, kSchemaSql},
      // When counts were taken, Unix seconds: a run as of an earlier time does not see them.
      {2, "ALTER TABLE engagement ADD COLUMN ts INTEGER NOT NULL DEFAULT 0"},
      // What a text encoder made of prompts, float32. A merge that is undone takes prompts out and
      // puts them back, so that their vectors are looked at when it is over.
      {3,
       "CREATE TABLE prompt_vectors (space TEXT NOT NULL, "
       "prompt_id INTEGER NOT NULL REFERENCES prompts DEFERRABLE INITIALLY DEFERRED, "
       "dim INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (space, prompt_id)) "
       "STRICT, WITHOUT ROWID;"
       "CREATE INDEX prompts_by_content ON prompts (user_id, track_id, text)"},
      // Who told which listens how (import/tellings.hpp). `tellings` holds what was said of listens
      // that several told; ts is the start, or what the teller gave as the time.
      {4,
       "CREATE TABLE tellers (teller_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
       "CREATE TABLE ingestion_tellers (ingestion_id INTEGER NOT NULL REFERENCES ingestions, "
       "teller_id INTEGER NOT NULL REFERENCES tellers, PRIMARY KEY (ingestion_id, teller_id)) "
       "STRICT, WITHOUT ROWID;"
       "CREATE TABLE tellings (user_id INTEGER NOT NULL, ts INTEGER NOT NULL, "
       "track_id INTEGER NOT NULL, teller_id INTEGER NOT NULL, ms_played INTEGER NOT NULL, "
       "flags INTEGER NOT NULL, country TEXT, ingestion_id INTEGER NOT NULL, "
       "PRIMARY KEY (user_id, ts, track_id, teller_id, ms_played)) STRICT, WITHOUT ROWID"}};
  return steps;
}

void copy_database(sqlite3* from, sqlite3* to) {
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
  if (backup) {
    sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
  }
  if (sqlite3_errcode(to) != SQLITE_OK) throw_store_error(to, "copying it");
}

int store_version(sqlite3* database, const std::string& path, int newest) {
  // The tables first: a process that makes the store meanwhile marks it in the same transaction.
  const int tables = pragma(database, "SELECT count(*) FROM sqlite_schema");
  const int application = pragma(database, "PRAGMA application_id");
  const int version = pragma(database, "PRAGMA user_version");
  if (application == 0 && version == 0 && tables == 0) return 0;
  if (application != kStoreApplicationId) {
    throw Error(Exit::kStore, "this file is not a store of the playlist engine",
                {.where = path,
                 .source = {},
                 .why = "it is a database of another program",
                 .fix = "name another file with --library"});
  }
  if (version > newest) {
    throw Error(Exit::kStore, "this store was made by a newer engine",
                {.where = path,
                 .source = {},
                 .why = "its schema has version " + std::to_string(version) +
                        ", this engine knows versions up to " + std::to_string(newest),
                 .fix = "upgrade the engine, or open a backup (FILE.before-vN)"});
  }
  return version;
}

void migrate(sqlite3* database, const std::string& path, int version,
             std::span<const Migration> migrations, bool has_backup) {
  const bool has_content = version > 0;  // a new store has nothing to lose
  for (const Migration& step : migrations) {
    if (step.version <= version) continue;
    if (has_content && has_backup) {
      back_up(database, path + ".before-v" + std::to_string(step.version));
    }
    run(database, "BEGIN IMMEDIATE", "migrating it");
    try {
      // Another process may have done this step while we waited for the lock.
      if (pragma(database, "PRAGMA user_version") < step.version) {
        run(database, std::string(step.sql), "migrating it");
        run(database,
            "PRAGMA application_id = " + std::to_string(kStoreApplicationId) +
                "; PRAGMA user_version = " + std::to_string(step.version),
            "migrating it");
      }
      run(database, "COMMIT", "migrating it");
    } catch (...) {
      sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
      throw;
    }
    version = step.version;
  }
}

}  // namespace engine
