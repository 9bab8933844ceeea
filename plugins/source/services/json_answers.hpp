// What services answer in JSON, taken apart without a word where something is missing or of another
// kind; and names as they are compared.
#pragma once

#include "playlist/folded_words.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace source {

/// "" where there is no such text.
inline std::string text_in(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}
/// 0 where there is no such number.
inline double number_in(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}
/// 0 where there is no such whole number.
inline std::int64_t integer_in(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}
/// An empty object where there is none.
inline const nlohmann::json& object_in(const nlohmann::json& object, const char* name) {
  static const nlohmann::json kNone = nlohmann::json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kNone;
}
/// An empty list where there is none.
inline const nlohmann::json& list_in(const nlohmann::json& object, const char* name) {
  static const nlohmann::json kNone = nlohmann::json::array();
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : kNone;
}

/// Without blanks and accents, in lower case: taggers and services part words differently. Of a name
/// without words ("!!!") the name.
inline std::string bare_name(std::string_view name) {
  std::string bare;
  for (const std::string& word : playlist::plain_words(name)) bare += word;
  return bare.empty() ? std::string(name) : bare;
}

}  // namespace source
