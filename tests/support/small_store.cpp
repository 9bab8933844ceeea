#include "support/small_store.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>

#include "data/declared_tables.hpp"
#include "data/tables.hpp"

namespace test {
namespace {

std::string number(double value, bool is_exact) {
  char text[64];
  std::snprintf(text, sizeof text, is_exact ? "%a" : "%.6g", value);
  return std::isnan(value) ? "-" : text;
}

std::string item(const playlist_column& column, std::int64_t row, bool is_exact) {
  const auto k = static_cast<std::size_t>(row);
  switch (column.type) {
    case PLAYLIST_F32:
      return number(static_cast<const float*>(column.data)[k], is_exact);
    case PLAYLIST_F64:
      return number(static_cast<const double*>(column.data)[k], is_exact);
    case PLAYLIST_I32: {
      const std::int32_t value = static_cast<const std::int32_t*>(column.data)[k];
      return value == INT32_MIN ? "-" : std::to_string(value);
    }
    case PLAYLIST_I64: {
      const std::int64_t value = static_cast<const std::int64_t*>(column.data)[k];
      return value == INT64_MIN ? "-" : std::to_string(value);
    }
    case PLAYLIST_U8: {
      const std::uint8_t value = static_cast<const std::uint8_t*>(column.data)[k];
      return value == 255 ? "-" : std::to_string(value);
    }
    default: {
      const std::int32_t code = static_cast<const std::int32_t*>(column.data)[k];
      if (code < 0) return "-";
      const std::string text(engine::text_of(column, code));
      return is_exact ? std::to_string(code) + "=" + text : text;
    }
  }
}

std::string rows_of(const playlist_table& table, const std::vector<const playlist_column*>& columns,
                    bool is_exact) {
  std::string text;
  for (const playlist_column* column : columns)
    text += (text.empty() ? "" : " ") + std::string(column->name);
  text += "\n";
  for (std::int64_t row = 0; row < table.rows; ++row) {
    for (std::size_t k = 0; k < columns.size(); ++k)
      text += (k == 0 ? "" : " ") + item(*columns[k], row, is_exact);
    text += "\n";
  }
  if (!is_exact) return text;
  for (const playlist_column* column : columns) {
    if (column->dict == nullptr) continue;
    text += std::string(column->name) + " texts:";
    for (std::uint32_t code = 0; code < column->dict->count; ++code)
      text += " " + std::string(engine::text_of(*column, static_cast<std::int32_t>(code)));
    text += "\n";
  }
  return text;
}

std::vector<const playlist_column*> all_columns(const playlist_table& table) {
  return {table.columns, table.columns + table.column_count};
}

}  // namespace

SmallStore::SmallStore() : store_(engine::Store::open(folder_.file("library.db"))) {
  change("INSERT INTO users (user_id, name, timezone) VALUES (1, 'ann', 'Europe/Berlin')");
}

void SmallStore::change(const std::string& sql) {
  engine::Transaction transaction(store_);
  store_.execute(sql);
  store_.bump_data_version();
  transaction.commit();
}

void SmallStore::append(const std::string& sql) {
  engine::Transaction transaction(store_);
  store_.execute(sql);
  store_.note_appended();
  transaction.commit();
}

void SmallStore::execute(const std::string& sql) {
  store_.execute(sql);
}

engine::AsOfOptions SmallStore::options(std::int64_t now, const std::string& user) {
  engine::AsOfOptions options;
  options.store = path();
  options.user = user;
  options.now = now;
  options.cache = engine::column_cache_folder(path());
  told.clear();
  options.verbose = [this](const std::string& text) { told.push_back(text); };
  return options;
}

std::unique_ptr<engine::AsOf> SmallStore::as_of(std::int64_t now, const std::string& user) {
  return engine::load_as_of(options(now, user));
}

std::string as_text(const playlist_table& table) {
  return rows_of(table, all_columns(table), false);
}

std::string as_text(const playlist_table& table, const std::vector<std::string>& names) {
  std::vector<const playlist_column*> columns;
  for (const std::string& name : names) {
    columns.push_back(engine::find_column(table, name));
    if (columns.back() == nullptr) return "no column " + name;
  }
  return rows_of(table, columns, false);
}

std::string as_text(const playlist_lists& lists) {
  std::string text;
  for (std::int64_t row = 0; row < lists.rows; ++row) {
    text += std::to_string(row) + ":";
    for (std::uint64_t k = lists.offsets[row]; k < lists.offsets[row + 1]; ++k) {
      text += " " + std::to_string(lists.values[k]);
      if (lists.weights != nullptr) text += "*" + number(lists.weights[k], false);
    }
    text += "\n";
  }
  return text;
}

std::string as_text(const playlist_matrix& matrix) {
  std::string text;
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    for (std::uint32_t k = 0; k < matrix.columns; ++k)
      text += (k == 0 ? "" : " ") + number(matrix.data[row * matrix.columns + k], false);
    text += "\n";
  }
  return text;
}

std::vector<std::string> declared_names() {
  std::vector<std::string> names;
  for (const engine::DeclaredTable& table : engine::declared_tables()) {
    if (table.owner == engine::TableOwner::kEverybody) continue;
    const std::string name(table.name);
    if (name.back() != ':')
      names.push_back(name);
    else if (table.rows == engine::TableRows::kTexts)
      names.push_back(name + "taste");
    else
      names.insert(names.end(), {name + "1", name + "2"});
  }
  return names;
}

std::string everything(const engine::AsOf& tables) {
  std::string text;
  for (const std::string& name : declared_names()) {
    const playlist_table& table = *tables.table(name);
    text += "== " + name + "\n" + rows_of(table, all_columns(table), true);
  }
  for (const char* name : {"track_artists", "artist_tracks", "track_tags", "tag_tracks",
                           "artist_tags", "artist_relations", "artist_users", "artist_playlists"})
    text += "== " + std::string(name) + "\n" + as_text(*tables.lists(name));
  for (const char* space : {"audio", "taste", "prompt_vectors:taste"})
    if (const playlist_matrix* matrix = tables.embedding(space))
      text += "== " + std::string(space) + "\n" + as_text(*matrix);
  for (const engine::FeatureCoverage& coverage : tables.coverage())
    text += coverage.feature + " " + std::to_string(coverage.own) + " " +
            std::to_string(coverage.artist_mean) + " " + std::to_string(coverage.none) + "\n";
  return text;
}

}  // namespace test
