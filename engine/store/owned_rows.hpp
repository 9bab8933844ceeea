// Whose rows are whose, as the schema itself says, so that a table that comes later is no exception.
//
// What is somebody's is every row of a table with a column `user_id`, and what hangs on such a row by a foreign key.
// Rows without a user (NULL), and the tables of the catalogue, are nobody's.
#pragma once

#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// A foreign key: `column` of `table` refers to `parent_column` of another.
struct TableReference {
  std::string table, column, parent_column;
};

/// Every table but SQLite's own, by name.
std::vector<std::string> table_names(const Store& store);
/// Those with a column user_id, but `users` itself.
std::vector<std::string> tables_of_users(const Store& store);
/// All that refers to `parent`.
std::vector<TableReference> references_to(const Store& store, const std::string& parent);

}  // namespace engine
