#include "recipe/output_document.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "data/tables.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json numbers(const playlist_column& column, std::size_t rows) {
  Json values = Json::array();
  const auto* items = static_cast<const T*>(column.data);
  for (std::size_t row = 0; row < rows; ++row) {
    if constexpr (std::is_floating_point_v<T>) {
      values.push_back(std::isfinite(items[row]) ? Json(items[row]) : Json(nullptr));
    } else {
      values.push_back(items[row]);
    }
  }
  return values;
}

Json values_of(const playlist_column& column, std::size_t rows) {
  switch (column.type) {
    case PLAYLIST_F32:
      return numbers<float>(column, rows);
    case PLAYLIST_F64:
      return numbers<double>(column, rows);
    case PLAYLIST_I32:
      return numbers<std::int32_t>(column, rows);
    case PLAYLIST_I64:
      return numbers<std::int64_t>(column, rows);
    case PLAYLIST_U8:
      return numbers<std::uint8_t>(column, rows);
    default: {
      Json values = Json::array();
      const auto* codes = static_cast<const std::int32_t*>(column.data);
      for (std::size_t row = 0; row < rows; ++row)
        values.push_back(codes[row] < 0 ? Json(nullptr)
                                        : Json(std::string(text_of(column, codes[row]))));
      return values;
    }
  }
}

template <class T>
void fill(T* items, const Json& values) {
  for (std::size_t row = 0; row < values.size(); ++row) {
    if constexpr (std::is_floating_point_v<T>) {
      items[row] =
          values[row].is_null() ? std::numeric_limits<T>::quiet_NaN() : values[row].get<T>();
    } else {
      items[row] = values[row].get<T>();
    }
  }
}

void fill_texts(OwnedTable& table, const std::string& name, const Json& values) {
  std::vector<std::string> texts;
  std::vector<std::int32_t> codes;
  for (const Json& value : values) {
    codes.push_back(value.is_null() ? -1 : static_cast<std::int32_t>(texts.size()));
    if (!value.is_null()) texts.push_back(value.get<std::string>());
  }
  std::int32_t* made = table.texts(name, texts);
  for (std::size_t row = 0; row < codes.size(); ++row) made[row] = codes[row];
}

void add_column(OwnedTable& table, const Json& column) {
  const std::string name = column.at("name").get<std::string>();
  const Json& values = column.at("values");
  switch (column.at("type").get<std::uint32_t>()) {
    case PLAYLIST_F32:
      return fill(table.f32(name), values);
    case PLAYLIST_I32:
      return fill(table.i32(name), values);
    case PLAYLIST_I64:
      return fill(table.i64(name), values);
    case PLAYLIST_U8:
      return fill(table.u8(name), values);
    case PLAYLIST_STRING:
      return fill_texts(table, name, values);
    default:
      return;  // no table of the host's has doubles
  }
}

}  // namespace

std::string pack_playlist(const playlist_playlist& playlist) {
  Json columns = Json::array();
  const auto rows = static_cast<std::size_t>(playlist.tracks->rows);
  for (std::uint32_t k = 0; k < playlist.tracks->column_count; ++k) {
    const playlist_column& column = *playlist.tracks->columns[k];
    columns.push_back(
        {{"name", column.name}, {"type", column.type}, {"values", values_of(column, rows)}});
  }
  return json_text(Json{{"title", playlist.title},
                        {"description", playlist.description},
                        {"creator", playlist.creator},
                        {"created", playlist.created},
                        {"rows", playlist.tracks->rows},
                        {"columns", std::move(columns)}});
}

UnpackedPlaylist::UnpackedPlaylist(const std::string& bytes) {
  try {
    const Json document = Json::parse(bytes);
    title_ = document.at("title").get<std::string>();
    description_ = document.at("description").get<std::string>();
    creator_ = document.at("creator").get<std::string>();
    const auto rows = document.at("rows").get<std::int64_t>();
    tracks_ = std::make_unique<OwnedTable>(rows);
    for (const Json& column : document.at("columns")) {
      if (static_cast<std::int64_t>(column.at("values").size()) != rows)
        throw std::invalid_argument("a column of a kept playlist is cut");
      add_column(*tracks_, column);
    }
    playlist_ = {sizeof playlist_, 0,
                 title_.c_str(),   description_.c_str(),
                 creator_.c_str(), document.at("created").get<std::int64_t>(),
                 tracks_->table()};
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(std::string("a kept playlist cannot be read: ") + error.what());
  }
}

std::string UnpackedPlaylist::track_name(std::int64_t row) const {
  const auto text = [&](const char* name) -> std::string {
    const playlist_column* column = find_column(*playlist_.tracks, name);
    if (column == nullptr || row < 0 || row >= playlist_.tracks->rows) return "";
    const std::int32_t code = static_cast<const std::int32_t*>(column->data)[row];
    return code < 0 ? "" : std::string(text_of(*column, code));
  };
  return text("title") + " by " + text("artist_name");
}

}  // namespace engine
