// JSON as bytes: the one way from a JSON value to text.
#pragma once

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

namespace engine {

/// For files, the store and messages between processes: on one line, or indented by `indent`
/// blanks. Bytes that are no UTF-8 become U+FFFD instead of an exception.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// `json` as json_text() made it, with what a terminal would obey (core/shown_text.hpp) written as
/// \uXXXX: the same JSON.
std::string terminal_json(const std::string& json);

/// For standard output: terminal_json(), with a line end.
template <class Json>
std::string printed_json(const Json& json, int indent = 2) {
  return terminal_json(json_text(json, indent)) + "\n";
}

/// A number as JSON, which has none that is not finite: null.
inline nlohmann::ordered_json finite_or_null(double number) {
  return std::isfinite(number) ? nlohmann::ordered_json(number) : nlohmann::ordered_json();
}

}  // namespace engine
