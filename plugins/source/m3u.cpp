// source.m3u: lists as M3U and M3U8.
//
//   #EXTM3U
//   #PLAYLIST:name                    else the list is called like the file
//   #EXTINF:215,Artist - Title        names, for tracks whose file is not known here
//   #EXTALB:Album                     and #EXTART:Artist
//   ../artist/title.flac              a path, a file URI, an address
//
// Records   every place. A list of streams (HLS, #EXT-X-...) is none
// Bytes     UTF-8, or Latin-1 where they are none; a path is its bytes, whatever they are
// Buckets   empty
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "elements.hpp"
#include "list_files.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

constexpr std::string_view kHeader = "#EXTM3U";

/// "name" of "#PLAYLIST:name", nothing of another directive.
bool is_directive(std::string_view line, std::string_view name, std::string_view& value) {
  if (!equals_ignoring_case(line.substr(0, name.size()), name)) return false;
  value = trim(line.substr(name.size()));
  return true;
}

class M3u final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view head = trim(without_bom(input.head()));
    if (contains(head, "#EXT-X-")) return kNo;
    if (equals_ignoring_case(head.substr(0, kHeader.size()), kHeader)) return kSure;
    const std::string name = lower_ascii(input.name());
    const bool is_named = name.ends_with(".m3u") || name.ends_with(".m3u8");
    return is_named && !head.empty() && !contains(head, std::string_view("\0", 1)) ? kByName : kNo;
  }

  void read(playlist::SourceCall& call) {
    LibraryRows library(call);
    LibraryRows::Playlist list;
    const std::string_view text = without_bom(call.input().bytes());
    list.name = list_name(name_of(text), call.input());
    Track track;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
      const std::string_view line = trim(text.substr(at, end - at));
      at = end + 1;
      if (line.empty()) continue;
      if (line.starts_with('#')) {
        take_directive(line, track);
        continue;
      }
      put_place(line, /*is_uri=*/false, track);
      add_to_list(library, list, track, call);
      track = {};
      call.next(at);
    }
    call.finish();
  }

 private:
  static std::string_view name_of(std::string_view text) {
    constexpr std::string_view kName = "#PLAYLIST:";
    const std::size_t at = text.find(kName);
    if (at == std::string_view::npos || (at > 0 && text[at - 1] != '\n' && text[at - 1] != '\r'))
      return "";
    const std::size_t from = at + kName.size();
    return text.substr(from, text.find_first_of("\r\n", from) - from);
  }

  static void take_directive(std::string_view line, Track& track) {
    std::string_view value;
    if (is_directive(line, "#EXTINF:", value)) {
      const std::size_t comma = value.find(',');
      if (comma != std::string_view::npos)
        put_shown_name(list_text(value.substr(comma + 1)), track);
    } else if (is_directive(line, "#EXTALB:", value)) {
      track.album = list_text(value);
    } else if (is_directive(line, "#EXTART:", value) && track.artist.empty()) {
      track.artist = list_text(value);
    }
  }
};

}  // namespace

constinit const playlist::Element kM3u = playlist::element<M3u>(
    "source.m3u", "A list as M3U or M3U8: matched by its music files, or the names beside them.");

}  // namespace source
