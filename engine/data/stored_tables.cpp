#include "data/stored_tables.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "data/features.hpp"
#include "data/tables.hpp"

namespace engine {
namespace {

bool holds_numbers(const DeclaredColumn& column) {
  return column.holds == ColumnHolds::kTracks || column.holds == ColumnHolds::kArtists;
}

/// Appends what a result column holds; false when the row cannot be without it.
class AddItem {
 public:
  AddItem(const Statement& row, int column, const DeclaredColumn& declared, const IdMap& tracks,
          const IdMap& artists)
      : row_(row), column_(column), declared_(declared), tracks_(tracks), artists_(artists) {}

  void operator()(std::vector<float>& items) const {
    items.push_back(is_null() ? kMissing : static_cast<float>(row_.real(column_)));
  }
  void operator()(std::vector<std::int32_t>& items) const {
    items.push_back(holds_numbers(declared_) ? number_of_id()
                    : is_null()              ? INT32_MIN
                                             : static_cast<std::int32_t>(row_.integer(column_)));
  }
  void operator()(std::vector<std::int64_t>& items) const {
    items.push_back(is_null() ? INT64_MIN : row_.integer(column_));
  }
  void operator()(std::vector<std::uint8_t>& items) const {
    items.push_back(is_null() ? 255 : static_cast<std::uint8_t>(row_.integer(column_)));
  }
  void operator()(TextColumn& items) const { items.add(row_.text(column_)); }

 private:
  [[nodiscard]] bool is_null() const { return row_.is_null(column_); }
  [[nodiscard]] std::int32_t number_of_id() const {
    if (is_null()) return INT32_MIN;
    const IdMap& numbers = declared_.holds == ColumnHolds::kTracks ? tracks_ : artists_;
    const std::int32_t number = numbers.number(row_.integer(column_));
    return number < 0 ? INT32_MIN : number;
  }

  const Statement& row_;
  int column_;
  const DeclaredColumn& declared_;
  const IdMap &tracks_, &artists_;
};

struct TakeBack {
  template <typename T>
  void operator()(std::vector<T>& items) const {
    items.pop_back();
  }
  void operator()(TextColumn& items) const { items.codes.pop_back(); }
};

/// A track or artist that a row is about but the library does not know.
bool is_of_nothing(const DeclaredColumn& declared, const std::vector<std::int32_t>& items) {
  return holds_numbers(declared) && !declared.may_be_missing && items.back() == INT32_MIN;
}

const playlist_column& column_in(const playlist_table& table, const DeclaredColumn& declared) {
  return *find_column(table, declared.name);
}

std::size_t limit_of(const DeclaredColumn& column, const KnownBy& known) {
  return column.holds == ColumnHolds::kTracks ? known.tracks : known.artists;
}

/// The rows that are there by then, ascending.
std::vector<std::int64_t> rows_there(const DeclaredTable& declared, const playlist_table& whole,
                                     const KnownBy& known) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(whole.rows));
  std::iota(rows.begin(), rows.end(), 0);
  bool has_time = false;
  for (const DeclaredColumn& column : declared.columns) {
    if (column.holds == ColumnHolds::kTimes && !has_time) {
      has_time = true;
      const auto since = column_of<std::int64_t>(whole, column.name);
      std::erase_if(
          rows, [&](std::int64_t row) { return since[static_cast<std::size_t>(row)] > known.now; });
    } else if (column.holds == ColumnHolds::kEnds) {
      const auto ends = column_of<std::int64_t>(whole, column.name);
      std::erase_if(rows, [&](std::int64_t row) {
        const std::int64_t end = ends[static_cast<std::size_t>(row)];
        return end != INT64_MIN && end <= known.now;
      });
    } else if (holds_numbers(column) && !column.may_be_missing) {
      const auto number = column_of<std::int32_t>(whole, column.name);
      const auto limit = static_cast<std::int32_t>(limit_of(column, known));
      std::erase_if(
          rows, [&](std::int64_t row) { return number[static_cast<std::size_t>(row)] >= limit; });
    }
  }
  return rows;
}

/// Those of the chosen rows, renumbered by first appearance.
void add_texts(OwnedTable& made, const playlist_column& column,
               const std::vector<std::int64_t>& rows) {
  const auto* codes = static_cast<const std::int32_t*>(column.data);
  std::vector<std::int32_t> new_code(column.dict->count, -1);
  std::vector<std::string> texts;
  for (const std::int64_t row : rows) {
    if (codes[row] < 0) continue;
    std::int32_t& code = new_code[static_cast<std::size_t>(codes[row])];
    if (code >= 0) continue;
    code = static_cast<std::int32_t>(texts.size());
    texts.emplace_back(text_of(column, codes[row]));
  }
  std::int32_t* code = made.texts(column.name, texts);
  for (const std::int64_t row : rows)
    *code++ = codes[row] < 0 ? -1 : new_code[static_cast<std::size_t>(codes[row])];
}

/// What is not known by then stands there as missing.
void add_known_numbers(OwnedTable& made, const playlist_column& column, std::size_t limit,
                       const std::vector<std::int64_t>& rows) {
  const auto* numbers = static_cast<const std::int32_t*>(column.data);
  std::int32_t* known = made.i32(column.name);
  for (const std::int64_t row : rows)
    *known++ = numbers[row] < static_cast<std::int32_t>(limit) ? numbers[row] : INT32_MIN;
}

}  // namespace

StoredTables::Items StoredTables::items_of(std::uint32_t type) {
  switch (type) {
    case PLAYLIST_F32:
      return std::vector<float>();
    case PLAYLIST_I32:
      return std::vector<std::int32_t>();
    case PLAYLIST_I64:
      return std::vector<std::int64_t>();
    case PLAYLIST_U8:
      return std::vector<std::uint8_t>();
    case PLAYLIST_STRING:
      return TextColumn();
    default:
      throw std::logic_error("no stored table has columns of this type");
  }
}

StoredTables::StoredTables(const ColumnFile& file, TableOwner owner) {
  for (const DeclaredTable& declared : declared_tables()) {
    if (declared.sql == nullptr || declared.owner != owner) continue;
    const playlist_table& whole = *file.table(declared.name);
    Table& table = tables_.emplace_back();
    table.declared = &declared;
    table.rows = static_cast<std::size_t>(whole.rows);
    for (const DeclaredColumn& column : declared.columns) {
      Column& taken = table.columns.emplace_back(Column{&column, items_of(column.type)});
      std::visit(
          [&](auto& items) {
            using All = std::decay_t<decltype(items)>;
            if constexpr (std::is_same_v<All, TextColumn>) {
              items = TextColumn(whole, column.name);
            } else {
              const auto values = column_of<typename All::value_type>(whole, column.name);
              items.assign(values.begin(), values.end());
            }
          },
          taken.items);
    }
  }
}

StoredTables::StoredTables(const Store& store, TableOwner owner, std::int64_t user_id,
                           const IdMap& tracks, const IdMap& artists) {
  for (const DeclaredTable& declared : declared_tables()) {
    if (declared.sql == nullptr || declared.owner != owner) continue;
    Table& table = tables_.emplace_back();
    table.declared = &declared;
    for (const DeclaredColumn& column : declared.columns)
      table.columns.push_back({&column, items_of(column.type)});
    Statement row = store.prepare(declared.sql);
    if (owner == TableOwner::kUser)
      row.start(user_id);
    else
      row.start();
    while (row.step()) {
      bool is_row = true;
      for (std::size_t k = 0; k < table.columns.size(); ++k) {
        Column& column = table.columns[k];
        std::visit(AddItem(row, static_cast<int>(k), *column.declared, tracks, artists),
                   column.items);
        const auto* numbers = std::get_if<std::vector<std::int32_t>>(&column.items);
        is_row = is_row && (numbers == nullptr || !is_of_nothing(*column.declared, *numbers));
      }
      if (is_row)
        ++table.rows;
      else
        for (Column& column : table.columns) std::visit(TakeBack(), column.items);
    }
    if (declared.is_by_track) sort_by_track(table);
  }
}

void StoredTables::sort_by_track(Table& table) {
  const auto track = std::find_if(
      table.columns.begin(), table.columns.end(),
      [](const Column& column) { return column.declared->holds == ColumnHolds::kTracks; });
  const auto numbers = std::get<std::vector<std::int32_t>>(track->items);
  std::vector<std::int32_t> order(table.rows);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return numbers[static_cast<std::size_t>(a)] < numbers[static_cast<std::size_t>(b)];
  });
  for (Column& column : table.columns) {
    std::visit(
        [&](auto& items) {
          if constexpr (std::is_same_v<std::decay_t<decltype(items)>, TextColumn>) {
            items.reorder(order);
          } else {
            items = gather(items, order);
          }
        },
        column.items);
  }
}

void StoredTables::describe(ColumnWriter& writer) const {
  for (const Table& table : tables_) {
    writer.table(std::string(table.declared->name), table.rows);
    for (const Column& column : table.columns) {
      std::visit(
          [&](const auto& items) {
            if constexpr (std::is_same_v<std::decay_t<decltype(items)>, TextColumn>) {
              writer.column(column.declared->name, items.codes, items.texts);
            } else {
              writer.column(column.declared->name, items);
            }
          },
          column.items);
    }
  }
}

std::unique_ptr<OwnedTable> visible_rows(const DeclaredTable& declared, const playlist_table& whole,
                                         const KnownBy& known) {
  const std::vector<std::int64_t> rows = rows_there(declared, whole, known);
  const bool is_prefix = rows.empty() || rows.back() == static_cast<std::int64_t>(rows.size()) - 1;
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(rows.size()));
  for (const DeclaredColumn& described : declared.columns) {
    const playlist_column& column = column_in(whole, described);
    if (described.holds == ColumnHolds::kEnds) continue;  // of what is there now it lies ahead
    if (holds_numbers(described) && described.may_be_missing)
      add_known_numbers(*made, column, limit_of(described, known), rows);
    else if (is_prefix)
      made->view_prefix(column);
    else if (described.type == PLAYLIST_STRING)
      add_texts(*made, column, rows);
    else
      made->pick(column, rows);
  }
  return made;
}

}  // namespace engine
