// source.jspf: lists as JSPF, XSPF's JSON form, as ListenBrainz and `engine run --to jspf` write it.
//
//   {"playlist": {"title": ..., "track": [{"location": [...], "identifier": [...], "title": ...,
//     "creator": ..., "album": ...}, ...]}}
//
// Records   every track; location and identifier may be a text or a list of such
// Buckets   empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>

#include "elements.hpp"
#include "json_list.hpp"
#include "json_parts.hpp"
#include "list_files.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

enum Field : std::size_t { kLocation, kIdentifier, kTitle, kCreator, kAlbum, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kKeys = {"location", "identifier", "title",
                                                             "creator", "album"};
// With which records may begin; ListenBrainz's have these first.
constexpr std::array<std::string_view, 9> kFirstKeys = {"location",   "identifier", "title",
                                                        "creator",    "album",      "id",
                                                        "annotation", "duration",   "extension"};

class Jspf final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    return head.is_object() && head.has_all({"playlist", "track"}) &&
                   head.has_any({"title", "creator", "location", "identifier"})
               ? kLikely
               : kNo;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = without_bom(call.input().bytes());
    const std::string_view document = inside_of(text);
    constexpr std::array<std::string_view, 1> kTracks = {"track"};
    const char* tracks = find_list(document, kTracks);
    if (tracks == nullptr) throw playlist::Unsupported("no list of tracks in \"playlist\"");
    LibraryRows library(call);
    LibraryRows::Playlist list;
    std::string buffer;
    list.name = list_name(title_of(document, buffer), call.input());
    JsonFields fields(kKeys);
    std::array<JsonValue, kFieldCount> values;
    read_list_at(document, tracks, kFirstKeys, fields, values.data(), call, [&] {
      Track track;
      track.title = values[kTitle].text(buffer);
      track.artist = values[kCreator].text(buffer);
      track.is_credit = true;
      track.album = values[kAlbum].text(buffer);
      for_each_text(values[kLocation],
                    [&](std::string_view place) { put_place(place, /*is_uri=*/true, track); });
      for_each_text(values[kIdentifier],
                    [&](std::string_view address) { put_identifier(address, track); });
      add_to_list(library, list, track, call);
    });
    call.finish();
  }

 private:
  /// From the object of "playlist" on.
  static std::string_view inside_of(std::string_view text) {
    JsonReader reader(text);
    JsonValue key, other;
    if (!reader.take('{')) throw playlist::Unsupported("no JSON object");
    while (reader.peek() == '"' && reader.text(key) && reader.take(':')) {
      if (key.raw == "playlist" && reader.peek() == '{')
        return text.substr(static_cast<std::size_t>(reader.offset()));
      if (!reader.value(other)) break;
      reader.take(',');
    }
    throw playlist::Unsupported("no object \"playlist\"");
  }

  /// The title behind the tracks counts, too, where they are sound.
  static std::string title_of(std::string_view document, std::string& buffer) {
    JsonReader reader(document);
    JsonValue key, value;
    if (!reader.take('{')) return "";
    while (reader.peek() == '"' && reader.text(key) && reader.take(':') && reader.value(value)) {
      if (key.raw == "title") return std::string(value.text(buffer));
      reader.take(',');
    }
    return "";
  }

  /// Of one text, or of a list of them.
  template <class Take>
  static void for_each_text(const JsonValue& texts, const Take& take) {
    std::string buffer;
    if (texts.is_text()) take(texts.text(buffer));
    for_each_item(texts, [&](JsonReader& reader) {
      JsonValue text;
      if (!reader.value(text)) return false;
      take(text.text(buffer));
      return true;
    });
  }
};

}  // namespace

constinit const playlist::Element kJspf = playlist::element<Jspf>(
    "source.jspf", "A list as JSPF (ListenBrainz): matched by ids, music files or names.");

}  // namespace source
