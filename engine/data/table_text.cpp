#include "data/table_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"

namespace engine {
namespace {

template <typename T>
std::string number_text(T value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

std::string json_quoted(std::string_view text) {
  return json_text(nlohmann::json(text));
}

/// Of numbers of tracks or artists the store's ids.
class Ids {
 public:
  Ids(const Tables& tables, ColumnHolds holds) {
    if (holds == ColumnHolds::kTracks)
      ids_ = column_of<std::int64_t>(*tables.table("tracks"), "id");
    if (holds == ColumnHolds::kArtists)
      ids_ = column_of<std::int64_t>(*tables.table("artists"), "id");
  }
  [[nodiscard]] std::string text(std::int32_t value) const {
    if (value == std::numeric_limits<std::int32_t>::min() || (!ids_.empty() && value < 0))
      return "null";
    return ids_.empty() ? number_text(value) : number_text(ids_[static_cast<std::size_t>(value)]);
  }

 private:
  std::span<const std::int64_t> ids_;
};

std::string value_text(const playlist_table& table, const DeclaredColumn& declared, const Ids& ids,
                       std::size_t row) {
  switch (declared.type) {
    case PLAYLIST_F32: {
      const float value = column_of<float>(table, declared.name)[row];
      return std::isnan(value) ? "null" : number_text(value);
    }
    case PLAYLIST_I64: {
      const std::int64_t value = column_of<std::int64_t>(table, declared.name)[row];
      return value == std::numeric_limits<std::int64_t>::min() ? "null" : number_text(value);
    }
    case PLAYLIST_U8: {
      const std::uint8_t value = column_of<std::uint8_t>(table, declared.name)[row];
      return value == 255 ? "null" : number_text(static_cast<int>(value));
    }
    case PLAYLIST_STRING: {
      const std::int32_t code = column_of<std::int32_t>(table, declared.name)[row];
      return code < 0 ? "null" : json_quoted(text_of(*find_column(table, declared.name), code));
    }
    default:
      return ids.text(column_of<std::int32_t>(table, declared.name)[row]);
  }
}

/// A JSON value as a field: texts bare where they may be, else in quotes.
std::string csv_field(const std::string& value) {
  if (value == "null") return "";
  if (!value.starts_with('"')) return value;
  const std::string text = nlohmann::json::parse(value).get<std::string>();
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + "\"";
}

std::size_t rows_of(std::span<const TextTableColumn> columns) {
  return columns.empty() ? 0 : columns.front().values.size();
}

}  // namespace

std::vector<TextTableColumn> text_columns(const Tables& tables, const DeclaredTable& declared) {
  const playlist_table& table = *tables.table(std::string(declared.name));
  std::vector<TextTableColumn> columns;
  for (const DeclaredColumn& column : declared.columns) {
    if (!column.is_seen()) continue;
    TextTableColumn& made = columns.emplace_back();
    made.name = column.name;
    made.help = column.help;
    const Ids ids(tables, column.holds);
    made.values.reserve(static_cast<std::size_t>(table.rows));
    for (std::size_t row = 0; row < static_cast<std::size_t>(table.rows); ++row)
      made.values.push_back(value_text(table, column, ids, row));
  }
  return columns;
}

std::string csv_of(std::span<const TextTableColumn> columns) {
  std::string text;
  for (const TextTableColumn& column : columns) text += (text.empty() ? "" : ",") + column.name;
  text += "\n";
  for (std::size_t row = 0; row < rows_of(columns); ++row) {
    for (std::size_t k = 0; k < columns.size(); ++k)
      text += (k == 0 ? "" : ",") + csv_field(columns[k].values[row]);
    text += "\n";
  }
  return text;
}

std::string json_lines_of(std::span<const TextTableColumn> columns) {
  std::string text;
  for (std::size_t row = 0; row < rows_of(columns); ++row) {
    for (std::size_t k = 0; k < columns.size(); ++k)
      text += (k == 0 ? "{" : ", ") + json_quoted(columns[k].name) + ": " + columns[k].values[row];
    text += "}\n";
  }
  return text;
}

}  // namespace engine
