// Tables that are filled by the SQL of their declaration: from the store into a column file, and
// from there what is visible as of now.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <variant>
#include <vector>

#include "data/column_file.hpp"
#include "data/declared_tables.hpp"
#include "data/numbering.hpp"
#include "data/owned_table.hpp"
#include "data/text_column.hpp"
#include "store/store.hpp"

namespace engine {

/// What all tables of one owner hold, with the numbers of one catalogue.
class StoredTables {
 public:
  /// `user_id` does not matter for the catalogue's.
  StoredTables(const Store& store, TableOwner owner, std::int64_t user_id, const IdMap& tracks,
               const IdMap& artists);
  /// As a column file has them.
  StoredTables(const ColumnFile& file, TableOwner owner);
  /// What the writer is told lives as long as this object.
  void describe(ColumnWriter& writer) const;

 private:
  using Items = std::variant<std::vector<float>, std::vector<std::int32_t>,
                             std::vector<std::int64_t>, std::vector<std::uint8_t>, TextColumn>;
  struct Column {
    const DeclaredColumn* declared;
    Items items;
  };
  struct Table {
    const DeclaredTable* declared;
    std::size_t rows = 0;
    std::vector<Column> columns;
  };
  /// Empty ones of a column of this type.
  static Items items_of(std::uint32_t type);
  static void sort_by_track(Table& table);

  std::deque<Table> tables_;
};

/// How much of the catalogue is known by a time.
struct KnownBy {
  std::int64_t now;
  std::size_t tracks, artists;
};

/// The rows of a table in a column file that are there by then. Nothing of the others is left, no
/// text either. `whole` must outlive the result.
std::unique_ptr<OwnedTable> visible_rows(const DeclaredTable& declared, const playlist_table& whole,
                                         const KnownBy& known);

}  // namespace engine
