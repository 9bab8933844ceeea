// Rows of the program's own memory as a table that SQL can read: one statement inserts thousands of
// rows without being started for each.
//
//   Statement insert = store.prepare("INSERT INTO t SELECT c0, c1 FROM row_source(?1)");
//   insert_rows(insert, rows);  // rows is a RowSource
//
// Every Store has it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "store/statement.hpp"

namespace engine {

class RowSource {
 public:
  static constexpr int kColumns = 8;  // c0 .. c7

  virtual ~RowSource() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Gives one value with sqlite3_result_...(); texts must live as long as the statement runs.
  virtual void put(sqlite3_context* context, std::size_t row, int column) const = 0;
};

/// Makes the table-valued function row_source(POINTER) known to the connection.
void install_row_source(sqlite3* database);

/// Runs a statement whose first parameter is the pointer. Returns the number of rows changed.
std::int64_t insert_rows(Statement& statement, const RowSource& rows);

}  // namespace engine
