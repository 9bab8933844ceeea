#include "store/row_changes.hpp"

#include <algorithm>
#include <cstring>

#include <sqlite3.h>

#include "core/error.hpp"

// sqlite3.h declares these where it is first included with SQLITE_ENABLE_SESSION, which one header
// of many cannot promise.
extern "C" {
struct sqlite3_session;
struct sqlite3_changeset_iter;
struct sqlite3_changegroup;
int sqlite3session_create(sqlite3*, const char*, sqlite3_session**);
void sqlite3session_delete(sqlite3_session*);
int sqlite3session_attach(sqlite3_session*, const char*);
int sqlite3session_changeset(sqlite3_session*, int*, void**);
int sqlite3changegroup_new(sqlite3_changegroup**);
int sqlite3changegroup_add(sqlite3_changegroup*, int, void*);
int sqlite3changegroup_output(sqlite3_changegroup*, int*, void**);
void sqlite3changegroup_delete(sqlite3_changegroup*);
int sqlite3changeset_invert(int, const void*, int*, void**);
int sqlite3changeset_start(sqlite3_changeset_iter**, int, void*);
int sqlite3changeset_next(sqlite3_changeset_iter*);
int sqlite3changeset_op(sqlite3_changeset_iter*, const char**, int*, int*, int*);
int sqlite3changeset_finalize(sqlite3_changeset_iter*);
int sqlite3changeset_apply(sqlite3*, int, void*, int (*)(void*, const char*),
                           int (*)(void*, int, sqlite3_changeset_iter*), void*);
}

namespace engine {
namespace {

// Of sqlite3session.h: what a conflict handler answers.
constexpr int kOmit = 0, kAbort = 2;

/// Bytes that SQLite has allocated.
struct Buffer {
  int size = 0;
  void* bytes = nullptr;
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { sqlite3_free(bytes); }
};

void require(sqlite3* database, int result, const char* doing) {
  if (result != SQLITE_OK) throw_store_error(database, doing);
}

/// Several changes as one: what is different after the last of them.
void put_together(sqlite3* database, const std::vector<std::string>& changes, Buffer& all) {
  sqlite3_changegroup* raw = nullptr;
  require(database, sqlite3changegroup_new(&raw), "reading what an import changed");
  const std::unique_ptr<sqlite3_changegroup, void (*)(sqlite3_changegroup*)> group(
      raw, sqlite3changegroup_delete);
  for (const std::string& one : changes) {
    std::string copy = one;
    require(database, sqlite3changegroup_add(raw, static_cast<int>(copy.size()), copy.data()),
            "reading what an import changed");
  }
  require(database, sqlite3changegroup_output(raw, &all.size, &all.bytes),
          "reading what an import changed");
}

/// The table of the change that stands there, and whether it takes the row away.
struct Change {
  std::string table;
  bool is_removal = false;
};
Change change_at(sqlite3_changeset_iter* at) {
  const char* table = nullptr;
  int columns = 0, operation = 0, is_indirect = 0;
  sqlite3changeset_op(at, &table, &columns, &operation, &is_indirect);
  return {table, operation == SQLITE_DELETE};
}

void count(const Change& change, std::int64_t rows, TakenBack& taken) {
  (change.is_removal ? taken.removed : taken.restored)[change.table] += rows;
}

void count_all(sqlite3* database, const Buffer& changes, TakenBack& taken) {
  sqlite3_changeset_iter* at = nullptr;
  require(database, sqlite3changeset_start(&at, changes.size, changes.bytes),
          "reading what an import changed");
  while (sqlite3changeset_next(at) == SQLITE_ROW) count(change_at(at), 1, taken);
  require(database, sqlite3changeset_finalize(at), "reading what an import changed");
}

/// What becomes of a row that is not as the changes left it.
struct Conflicts {
  TakenBack& taken;
  std::span<const char* const> strict_tables;
  std::string table;  // where taking back has to stop

  int decide(sqlite3_changeset_iter* at) {
    const Change change = change_at(at);
    const bool is_strict = std::any_of(strict_tables.begin(), strict_tables.end(),
                                       [&](const char* strict) { return change.table == strict; });
    if (is_strict) {
      table = change.table;
      return kAbort;
    }
    count(change, -1, taken);
    ++taken.left;
    return kOmit;
  }
};

int on_conflict(void* conflicts, int, sqlite3_changeset_iter* at) {
  return static_cast<Conflicts*>(conflicts)->decide(at);
}

}  // namespace

struct RowChanges::State {
  sqlite3* database = nullptr;
  sqlite3_session* session = nullptr;
};

RowChanges::RowChanges(Store& store, std::span<const char* const> tables)
    : state_(std::make_unique<State>()) {
  state_->database = store.handle();
  require(state_->database, sqlite3session_create(state_->database, "main", &state_->session),
          "noting what changes");
  for (const char* table : tables)
    require(state_->database, sqlite3session_attach(state_->session, table), "noting what changes");
}

RowChanges::~RowChanges() {
  sqlite3session_delete(state_->session);
}

std::string RowChanges::bytes() const {
  Buffer changes;
  require(state_->database,
          sqlite3session_changeset(state_->session, &changes.size, &changes.bytes),
          "noting what changed");
  return {static_cast<const char*>(changes.bytes), static_cast<std::size_t>(changes.size)};
}

TakenBack take_back_changes(Store& store, const std::vector<std::string>& changes,
                            std::span<const char* const> strict_tables) {
  TakenBack taken;
  if (changes.empty()) return taken;
  sqlite3* database = store.handle();
  Buffer all, inverse;
  put_together(database, changes, all);
  require(database, sqlite3changeset_invert(all.size, all.bytes, &inverse.size, &inverse.bytes),
          "taking back what an import changed");
  count_all(database, inverse, taken);
  Conflicts conflicts{taken, strict_tables, ""};
  const int result = sqlite3changeset_apply(database, inverse.size, inverse.bytes, nullptr,
                                            on_conflict, &conflicts);
  if (!conflicts.table.empty()) {
    throw Error(Exit::kInput, "what is to be taken back has changed since",
                {"", "", "rows of " + conflicts.table + " are no longer as they were left", ""});
  }
  require(database, result, "taking back what an import changed");
  return taken;
}

}  // namespace engine
