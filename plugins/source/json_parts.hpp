// What is inside a record of JSON: objects, lists of names, and the list of records that stands
// somewhere in an object.
#pragma once

#include "playlist/plugin.hpp"

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "json.hpp"

namespace source {

/// Sets the fields of an object inside a record; all missing when it is none.
template <std::size_t N>
void read_part(const JsonValue& part, JsonFields& fields, std::array<JsonValue, N>& values) {
  values.fill(JsonValue{});
  if (part.kind != JsonValue::Kind::kObject) return;
  JsonReader reader(part.raw);
  fields.read(reader, values.data());
}

/// Calls `take` with the reader at each item of a list, which it reads; until it says false. Nothing
/// where it is no list.
void for_each_item(const JsonValue& list, const std::function<bool(JsonReader&)>& take);

/// Appends a name behind '\x1f'.
void add_name(std::string& names, std::string_view name);

/// The texts of a list such as ["a", "b"], joined by '\x1f'; "" when it is none.
std::string joined_names(const JsonValue& list, std::string& buffer);

/// Where the list of the first of these keys that has one begins in the object that `text` is;
/// nullptr when it has none.
const char* find_list(std::string_view text, std::span<const std::string_view> keys);

/// Reads the records of a list inside an object, from where find_list() found it: as read_records()
/// does.
void read_list_at(std::string_view text, const char* start,
                  std::span<const std::string_view> first_keys, JsonFields& fields,
                  JsonValue* values, playlist::SourceCall& call, const std::function<void()>& take);

}  // namespace source
