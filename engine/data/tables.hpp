// What plugins, formulas and the plan read: named tables, lists and matrices (sdk/playlist/plugin.h
// says which).
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace engine {

/// One library and one user as of `now`. Immutable; pointers stay valid as long as the object
/// lives. Threads: any. Derived tables are computed at first use, once.
class Tables {
 public:
  virtual ~Tables() = default;
  /// nullptr for an unknown name; an empty table when there are no rows.
  [[nodiscard]] virtual const playlist_table* table(std::string_view name) const = 0;
  [[nodiscard]] virtual const playlist_lists* lists(std::string_view name) const = 0;
  [[nodiscard]] virtual const playlist_matrix* embedding(std::string_view space) const = 0;
  [[nodiscard]] virtual std::int64_t now() const = 0;
};

/// The column called `name`, or nullptr.
const playlist_column* find_column(const playlist_table& table, std::string_view name);

/// The values of a column that is there and is of type T.
template <typename T>
std::span<const T> column_of(const playlist_table& table, std::string_view name) {
  return {static_cast<const T*>(find_column(table, name)->data),
          static_cast<std::size_t>(table.rows)};
}

/// Text of code `code` of a string column; "" for -1.
std::string_view text_of(const playlist_column& column, std::int32_t code);

}  // namespace engine
