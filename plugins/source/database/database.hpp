// An SQLite database of somebody else's that lies in memory: read only, and nothing in it is run.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace source {

/// Rows that cannot be read any more: what came before is sound.
struct DamagedRows : playlist::Error {
  using Error::Error;
};

/// True for a file that begins as one does. Which program's it is its tables say, and they may lie
/// anywhere: recognise() cannot tell, so read() refuses what is another's.
bool is_database(std::string_view head);
/// The rows of a query, one after the other. Texts and blobs are valid until the next row.
class Query {
 public:
  /// Both throw DamagedRows where the file is.
  Query(sqlite3* database, const std::string& sql);
  bool next();
  void bind(int parameter, std::string_view text);
  [[nodiscard]] bool is_null(int column) const;
  /// Also of numbers that are kept as text; 0 where it is none.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::optional<double> number(int column) const;
  [[nodiscard]] std::string_view text(int column) const;

 private:
  struct Close {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Close> statement_;
  sqlite3* database_;
};

class Database {
 public:
  /// `bytes` must outlive it. Throws playlist::Error when they are no sound database.
  explicit Database(std::string_view bytes);

  [[nodiscard]] bool has_table(std::string_view table) const;
  [[nodiscard]] bool has_column(std::string_view table, std::string_view column) const;
  /// Throws playlist::Error that names the first of these columns that the table has not.
  void require(std::string_view table, std::initializer_list<std::string_view> columns) const;
  [[nodiscard]] Query query(const std::string& sql) const { return {handle_.get(), sql}; }
  [[nodiscard]] std::int64_t integer(const std::string& sql) const;

  /// Calls `read`, which hands over rows; where the file is damaged behind some of them, says so
  /// and keeps them.
  template <class Read>
  static void read_rows(playlist::SourceCall& call, Read read) {
    try {
      read();
    } catch (const DamagedRows& damage) {
      if (call.record() == 0) throw;
      call.warning(playlist::concat("it is damaged behind record ", call.record(),
                                    ", and the rest of it is not read: ", damage.what()));
    }
  }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace source
