// The shape that two exports share: {"playlists": [{..., "ITEMS": [{...}, ...]}, ...]}. Every
// playlist is a record and every item of one is a record.
#pragma once

#include "playlist/plugin.hpp"

#include <span>
#include <string_view>
#include <vector>

#include "json_list.hpp"

namespace source {

/// What a format does with the records; each function puts the record at hand somewhere.
class PlaylistRecords {
 public:
  virtual ~PlaylistRecords() = default;
  virtual void take_playlist(const JsonValue* fields) = 0;
  virtual void take_item(const JsonValue* fields) = 0;
};

class PlaylistDocument {
 public:
  /// `playlist_keys[items]` is the key of the list of items.
  PlaylistDocument(std::span<const std::string_view> playlist_keys, std::size_t items,
                   std::span<const std::string_view> item_keys);
  /// Reads the whole text. A playlist that breaks off gives what was readable, with a notice.
  /// True when all of it was sound.
  bool read(std::string_view text, playlist::SourceCall& call, PlaylistRecords& records);

 private:
  void read_playlists(JsonReader& reader);
  void read_playlist(JsonReader& reader, JsonList& list);
  bool read_broken_playlist(JsonReader& reader);
  void read_items(JsonReader& reader);

  std::span<const std::string_view> playlist_keys_, item_keys_;
  std::size_t items_;
  JsonFields playlist_fields_, item_fields_;
  std::vector<JsonValue> playlist_, item_;
  bool is_sound_ = true;
  playlist::SourceCall* call_ = nullptr;
  PlaylistRecords* records_ = nullptr;
};

}  // namespace source
