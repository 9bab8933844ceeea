#include "store/row_source.hpp"

#include <cstring>
#include <new>

namespace engine {
namespace {

constexpr const char* kPointerType = "engine.row_source";
constexpr int kPointerColumn = RowSource::kColumns;

struct Cursor : sqlite3_vtab_cursor {
  const RowSource* rows = nullptr;
  std::size_t row = 0, size = 0;
};

Cursor& cursor_of(sqlite3_vtab_cursor* cursor) {
  return *static_cast<Cursor*>(cursor);
}

int connect(sqlite3* database, void*, int, const char* const*, sqlite3_vtab** table, char**) {
  static_assert(RowSource::kColumns == 8);
  const int result = sqlite3_declare_vtab(
      database, "CREATE TABLE x (c0, c1, c2, c3, c4, c5, c6, c7, pointer HIDDEN)");
  if (result != SQLITE_OK) return result;
  *table = new (std::nothrow) sqlite3_vtab{};
  return *table ? SQLITE_OK : SQLITE_NOMEM;
}

int disconnect(sqlite3_vtab* table) {
  delete table;
  return SQLITE_OK;
}

/// The pointer is the one argument; without it there are no rows.
int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn != kPointerColumn || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) {
      continue;
    }
    if (!constraint.usable) return SQLITE_CONSTRAINT;
    info->aConstraintUsage[i].argvIndex = 1;
    info->aConstraintUsage[i].omit = 1;
    info->idxNum = 1;
  }
  info->estimatedCost = 1;
  return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  auto* made = new (std::nothrow) Cursor;
  if (!made) return SQLITE_NOMEM;
  *cursor = made;
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  delete &cursor_of(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int index, const char*, int count, sqlite3_value** values) {
  Cursor& at = cursor_of(cursor);
  at.rows = index == 1 && count == 1
                ? static_cast<const RowSource*>(sqlite3_value_pointer(values[0], kPointerType))
                : nullptr;
  at.row = 0;
  at.size = at.rows ? at.rows->size() : 0;
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
  ++cursor_of(cursor).row;
  return SQLITE_OK;
}

int is_at_end(sqlite3_vtab_cursor* cursor) {
  const Cursor& at = cursor_of(cursor);
  return at.row >= at.size ? 1 : 0;
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  const Cursor& at = cursor_of(cursor);
  if (number < kPointerColumn) at.rows->put(context, at.row, number);
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(cursor_of(cursor).row);
  return SQLITE_OK;
}

sqlite3_module make_module() {
  sqlite3_module module{};
  module.xConnect = connect;  // no xCreate: it exists without CREATE VIRTUAL TABLE
  module.xDisconnect = disconnect;
  module.xBestIndex = best_index;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = is_at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}

}  // namespace

void install_row_source(sqlite3* database) {
  static const sqlite3_module module = make_module();
  if (sqlite3_create_module(database, "row_source", &module, nullptr) != SQLITE_OK) {
    throw_store_error(database, "preparing to insert many rows");
  }
}

std::int64_t insert_rows(Statement& statement, const RowSource& rows) {
  statement.reset();
  sqlite3_bind_pointer(statement.handle(), 1, const_cast<RowSource*>(&rows), kPointerType, nullptr);
  while (statement.step()) {
  }
  return sqlite3_changes64(sqlite3_db_handle(statement.handle()));
}

}  // namespace engine
