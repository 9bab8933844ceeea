#include "database.hpp"

#include <algorithm>
#include <cstring>

#include <sqlite3.h>

namespace source {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeaderSize = 100;
constexpr std::size_t kWriteVersion = 18, kReadVersion = 19;  // 1: rollback journal, 2: log

[[noreturn]] void fail(sqlite3* handle) {
  throw playlist::Error(playlist::concat("it is no sound SQLite database: ",
                                         handle ? sqlite3_errmsg(handle) : "out of memory"));
}

[[noreturn]] void damaged(sqlite3* handle) {
  throw DamagedRows(playlist::concat("it is no sound SQLite database: ", sqlite3_errmsg(handle)));
}

/// Foreign databases order texts by functions of their programs, which we have not.
void add_any_collation(void*, sqlite3* handle, int, const char* name) {
  const auto compare = [](void*, int length, const void* a, int other, const void* b) {
    const int order = std::memcmp(a, b, static_cast<std::size_t>(std::min(length, other)));
    return order != 0 ? order : length - other;
  };
  sqlite3_create_collation(handle, name, SQLITE_UTF8, nullptr, compare);
}

/// Nothing that its schema says is run: no trigger, no view, no function of an index.
void distrust(sqlite3* handle) {
  for (const int option : {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                           SQLITE_DBCONFIG_ENABLE_VIEW}) {
    sqlite3_db_config(handle, option, 0, nullptr);
  }
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_collation_needed(handle, nullptr, add_any_collation);
  sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nullptr, nullptr, nullptr);
}

/// A database in memory has no log, so one that says it has must say otherwise: in a copy.
void deserialize(sqlite3* handle, std::string_view bytes) {
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  unsigned flags = SQLITE_DESERIALIZE_READONLY;
  if (data[kWriteVersion] == 2 || data[kReadVersion] == 2) {
    auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(bytes.size()));
    if (copy == nullptr) fail(nullptr);
    std::memcpy(copy, data, bytes.size());
    copy[kWriteVersion] = copy[kReadVersion] = 1;
    data = copy;
    flags |= SQLITE_DESERIALIZE_FREEONCLOSE;
  }
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  if (sqlite3_deserialize(handle, "main", data, size, size, flags) != SQLITE_OK) fail(handle);
}

}  // namespace

bool is_database(std::string_view head) {
  return head.size() >= kHeaderSize && head.starts_with(kMagic);
}

// ---- queries ------------------------------------------------------------------------------------

void Query::Close::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Query::Query(sqlite3* database, const std::string& sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  const int result =
      sqlite3_prepare_v2(database, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
  statement_.reset(statement);
  if (result != SQLITE_OK) damaged(database);
}

bool Query::next() {
  const int result = sqlite3_step(statement_.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) {
    damaged(database_);
  }
  return result == SQLITE_ROW;
}

void Query::bind(int parameter, std::string_view text) {
  sqlite3_bind_text(statement_.get(), parameter, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<double> Query::number(int column) const {
  const int type = sqlite3_column_type(statement_.get(), column);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view Query::text(int column) const {
  if (is_null(column)) return {};
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_BLOB) {
    bytes = sqlite3_column_text(statement_.get(), column);
  }
  const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(bytes), length);
}

// ---- databases ----------------------------------------------------------------------------------

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close(handle);
}

Database::Database(std::string_view bytes) {
  if (!is_database(bytes)) throw playlist::Unsupported("no SQLite database");
  sqlite3* handle = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(":memory:", &handle, kFlags, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) fail(handle);
  distrust(handle);
  deserialize(handle, bytes);
  integer("SELECT count(*) FROM sqlite_schema");  // says now whether it can be read
}

bool Database::has_table(std::string_view table) const {
  Query found = query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  found.bind(1, table);
  return found.next();
}

bool Database::has_column(std::string_view table, std::string_view column) const {
  Query found = query("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2");
  found.bind(1, table);
  found.bind(2, column);
  return found.next();
}

void Database::require(std::string_view table,
                       std::initializer_list<std::string_view> columns) const {
  for (const std::string_view column : columns) {
    if (has_column(table, column)) continue;
    throw playlist::Error(playlist::concat("it is of a version that is not known: its table ",
                                           table, " has no column ", column));
  }
}

std::int64_t Database::integer(const std::string& sql) const {
  Query found = query(sql);
  return found.next() ? found.integer(0) : 0;
}

}  // namespace source
