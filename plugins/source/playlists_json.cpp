#include "playlists_json.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>

#include "json_records.hpp"
#include "text.hpp"

namespace source {

PlaylistDocument::PlaylistDocument(std::span<const std::string_view> playlist_keys,
                                   std::size_t items, std::span<const std::string_view> item_keys)
    : playlist_keys_(playlist_keys),
      item_keys_(item_keys),
      items_(items),
      playlist_fields_(playlist_keys),
      item_fields_(item_keys),
      playlist_(playlist_keys.size()),
      item_(item_keys.size()) {}

bool PlaylistDocument::read(std::string_view text, playlist::SourceCall& call,
                            PlaylistRecords& records) {
  call_ = &call;
  records_ = &records;
  JsonReader reader(text);
  if (!reader.take('{')) throw playlist::Unsupported("no JSON object");
  while (reader.peek() == '"') {
    JsonValue key, other;
    if (!reader.text(key) || !reader.take(':')) break;
    if (key.raw == "playlists" && reader.peek() == '[') {
      read_playlists(reader);
    } else if (!reader.value(other)) {
      break;
    }
    reader.take(',');
  }
  if (!reader.take('}')) {
    call.notice("the file breaks off at byte " + std::to_string(reader.offset()));
    is_sound_ = false;
  }
  notice_rest(reader, call);
  return is_sound_;
}

void PlaylistDocument::read_playlists(JsonReader& reader) {
  JsonList list(reader, playlist_keys_, JsonList::Place::kInsideWithLists);
  while (list.next()) read_playlist(reader, list);
}

void PlaylistDocument::read_playlist(JsonReader& reader, JsonList& list) {
  const char* start = reader.position();
  if (playlist_fields_.read(reader, playlist_.data())) {
    const char* end = reader.position();
    records_->take_playlist(playlist_.data());
    call_->next(reader.offset_of(start));
    if (playlist_[items_].kind == JsonValue::Kind::kList) {
      reader.seek(playlist_[items_].raw.data());
      read_items(reader);
    }
    reader.seek(end);
    return;
  }
  const std::string problem = reader.error();
  is_sound_ = false;
  reader.seek(start);
  if (read_broken_playlist(reader)) {
    call_->notice("a playlist is broken at " + problem);
  } else {
    call_->malformed(problem);
    call_->next(reader.offset());
  }
  if (!reader.take('}')) list.recover(std::max(reader.position(), start + 1));
}

/// Key by key as far as it goes: true when the playlist came out as a record with its items.
bool PlaylistDocument::read_broken_playlist(JsonReader& reader) {
  std::fill(playlist_.begin(), playlist_.end(), JsonValue{});
  bool is_taken = false;
  if (!reader.take('{')) return false;
  do {
    JsonValue key, other;
    if (!reader.text(key) || !reader.take(':')) return is_taken;
    const auto found = std::find(playlist_keys_.begin(), playlist_keys_.end(), key.raw);
    const auto field = static_cast<std::size_t>(found - playlist_keys_.begin());
    if (field == items_ && reader.peek() == '[' && !is_taken) {
      records_->take_playlist(playlist_.data());
      call_->next(reader.offset());
      is_taken = true;
      read_items(reader);
    } else if (!reader.value(found == playlist_keys_.end() ? other : playlist_[field])) {
      return is_taken;
    }
  } while (reader.take(','));
  return is_taken;
}

void PlaylistDocument::read_items(JsonReader& reader) {
  JsonList list(reader, item_keys_, JsonList::Place::kInside);
  while (list.next()) {
    if (list.read(item_fields_, item_.data())) {
      records_->take_item(item_.data());
    } else {
      call_->malformed(list.problem());
    }
    call_->next(reader.offset());
  }
}

}  // namespace source
