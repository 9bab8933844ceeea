// JSON objects with their fields in the order written; what is missing is null or left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "rows.hpp"
#include "text.hpp"

using Json = nlohmann::ordered_json;

inline Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(valid_utf8(text));
}
/// Floats as their shortest decimal, so that 0.8f is written as 0.8.
inline Json number_or_null(const PlaylistRows& rows, const char* column, std::size_t row) {
  const std::string decimal = rows.decimal(column, row);
  return decimal.empty() ? Json(nullptr) : Json::parse(decimal);
}
inline void put_text(Json& object, const char* field, std::string_view text) {
  if (!text.empty()) object[field] = valid_utf8(text);
}
