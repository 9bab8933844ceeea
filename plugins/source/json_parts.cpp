#include "json_parts.hpp"

#include <algorithm>

#include "json_list.hpp"
#include "text.hpp"

namespace source {

void for_each_item(const JsonValue& list, const std::function<bool(JsonReader&)>& take) {
  if (list.kind != JsonValue::Kind::kList) return;
  JsonReader reader(list.raw);
  if (!reader.take('[') || reader.peek() == ']') return;
  do {
    if (!take(reader)) return;
  } while (reader.take(','));
}

void add_name(std::string& names, std::string_view name) {
  name = trim(name);
  if (name.empty()) return;
  if (!names.empty()) names += '\x1f';
  names += name;
}

std::string joined_names(const JsonValue& list, std::string& buffer) {
  std::string names;
  for_each_item(list, [&](JsonReader& reader) {
    JsonValue name;
    if (!reader.value(name)) return false;
    add_name(names, name.text(buffer));
    return true;
  });
  return names;
}

const char* find_list(std::string_view text, std::span<const std::string_view> keys) {
  JsonReader reader(text);
  if (!reader.take('{')) return nullptr;
  JsonValue key, other;
  while (reader.peek() == '"' && reader.text(key) && reader.take(':')) {
    const bool is_ours = std::find(keys.begin(), keys.end(), key.raw) != keys.end();
    if (is_ours && reader.peek() == '[') return reader.position();
    if (!reader.value(other)) return nullptr;
    reader.take(',');
  }
  return nullptr;
}

void read_list_at(std::string_view text, const char* start,
                  std::span<const std::string_view> first_keys, JsonFields& fields,
                  JsonValue* values, playlist::SourceCall& call,
                  const std::function<void()>& take) {
  JsonReader reader(text);
  reader.seek(start);
  JsonList list(reader, first_keys, JsonList::Place::kInsideWithLists);
  while (list.next()) {
    if (list.read(fields, values)) {
      take();
    } else {
      call.malformed(list.problem());
    }
    call.next(reader.offset());
  }
  if (list.is_cut()) call.notice("the file ends before its list is closed");
}

}  // namespace source
