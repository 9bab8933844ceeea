#include "json_list.hpp"

#include <algorithm>

namespace source {

JsonList::JsonList(JsonReader& reader, std::span<const std::string_view> keys, Place place)
    : reader_(reader), keys_(keys), place_(place), is_open_(reader.take('[')) {}

bool JsonList::next() {
  if (!is_open_) return false;
  while (reader_.take(',')) {
  }
  is_open_ = !reader_.take(']');
  if (is_open_ && reader_.position() == reader_.end()) {
    is_cut_ = true;
    is_open_ = false;
  }
  start_ = reader_.position();
  return is_open_;
}

namespace {

const char* skip_blank(const char* at, const char* end) {
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
  return at;
}

/// True when `{ "KEY"` with one of the keys stands at `at`.
bool begins_record(const char* at, const char* end, std::span<const std::string_view> keys) {
  if (at == end || *at != '{') return false;
  at = skip_blank(at + 1, end);
  if (at == end || *at != '"') return false;
  const std::string_view rest(at + 1, static_cast<std::size_t>(end - at - 1));
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
    return rest.size() > key.size() && rest.starts_with(key) && rest[key.size()] == '"';
  });
}

/// True when the `]` at `at` is followed by what can follow a list at this place.
bool ends_list(const char* at, const char* end, JsonList::Place place) {
  at = skip_blank(at + 1, end);
  if (place != JsonList::Place::kInside) return place == JsonList::Place::kTop && at == end;
  if (at == end || *at == '}') return true;
  if (*at != ',') return false;
  at = skip_blank(at + 1, end);
  if (at == end || *at != '"') return false;
  for (++at; at < end && *at != '"' && *at != '\n'; ++at) {
  }
  if (at == end || *at != '"') return false;
  at = skip_blank(at + 1, end);
  return at < end && *at == ':';
}

}  // namespace

bool JsonList::read(JsonFields& fields, JsonValue* values) {
  if (reader_.peek() != '{') {
    JsonValue other;
    const bool is_whole = reader_.value(other);
    problem_ = is_whole ? "byte " + std::to_string(reader_.offset_of(start_)) +
                              ": a record in {} is expected"
                        : reader_.error();
    if (!is_whole) recover(start_ + 1);
    return false;
  }
  if (!fields.read(reader_, values)) {
    problem_ = reader_.error();
    recover(start_ + 1);
    return false;
  }
  if (static_cast<std::size_t>(reader_.position() - start_) > kLongestRecord) {
    problem_ = "byte " + std::to_string(reader_.offset_of(start_)) + ": longer than 1 MiB";
    return false;
  }
  return true;
}

void JsonList::recover(const char* from) {
  const char* end = reader_.end();
  for (const char* at = from; at < end; ++at) {
    if (*at == '{' && begins_record(at, end, keys_)) return reader_.seek(at);
    if (*at == ']' && ends_list(at, end, place_)) return reader_.seek(at);
  }
  is_open_ = false;
  reader_.seek(end);
}

}  // namespace source
