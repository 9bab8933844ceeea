#include "store/statement.hpp"

#include "core/error.hpp"

namespace engine {
namespace {

struct Advice {
  const char* why;
  const char* fix;
};

Advice advice(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"another process is writing to the store",
              "wait until it is done (another `engine import`, say), then try again"};
    case SQLITE_CORRUPT:
      return {"the file is damaged",
              "restore a backup (FILE.before-vN, or your own), or import into a new file"};
    case SQLITE_NOTADB:
      return {"it is not an SQLite file", "name another file with --library"};
    case SQLITE_FULL:
      return {"the disc is full", "make room, then try again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {"the file or its folder may not be written", "check the permissions"};
    case SQLITE_CANTOPEN:
      return {"the file cannot be opened", "check that the folder exists and may be written"};
    case SQLITE_IOERR:
      return {"the disc reported an error", "check the disc, then try again"};
    default:
      return {"", ""};
  }
}

}  // namespace

void throw_store_error(sqlite3* database, const char* doing) {
  const int code = sqlite3_extended_errcode(database);
  const char* file = sqlite3_db_filename(database, "main");
  const Advice advised = advice(code);
  std::string why = sqlite3_errmsg(database);
  if (*advised.why) why = std::string(advised.why) + " (" + why + ")";
  // What the engine was doing is told where nothing better is known.
  throw Error(Exit::kStore,
              *advised.why ? "the store cannot be used"
                           : std::string("the store cannot be used while ") + doing,
              {.where = file && *file ? file : "a store in memory, or one that could not be opened",
               .source = {},
               .why = why,
               .fix = advised.fix});
}

Statement::Statement(sqlite3* database, std::string_view sql) {
  if (sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK) {
    throw_store_error(database, ("preparing: " + std::string(sql)).c_str());
  }
}

void Statement::fail() {
  sqlite3* database = sqlite3_db_handle(statement_);
  // The message must be read before the reset, which may change it.
  try {
    throw_store_error(database, (std::string("running: ") + sqlite3_sql(statement_)).c_str());
  } catch (...) {
    sqlite3_reset(statement_);
    throw;
  }
}

}  // namespace engine
