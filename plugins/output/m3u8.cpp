// output.m3u8 and output.m3u: extended M3U.
//
//   #EXTM3U
//   #PLAYLIST:title
//   #EXTINF:215,Artist - Title        whole seconds, -1 unknown
//   #EXTALB:Album                     where known
//   /music/artist/album/title.flac    the track's file (locations.hpp), or where none is known
//   spotify:track:ID                  or https://musicbrainz.org/recording/ID, or
//   Artist/Album/Title                where the track has no address: such a path is made up, and
//                                     the run says how many are
//
// M3U8 is UTF-8; of M3U the paths are what their bytes are, and the rest is UTF-8. The format has no
// escaping: line breaks and other control characters of names become spaces, and a file whose path
// has a line break cannot be named. A path that begins with # is written as ./#...
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "elements.hpp"
#include "locations.hpp"
#include "rows.hpp"
#include "text.hpp"

namespace {

/// One part of a relative path.
std::string path_part(std::string_view text, const char* otherwise) {
  std::string part = one_line(text);
  for (char& c : part) {
    if (c == '/' || c == '\\') c = '_';
  }
  if (part == "." || part == "..") return "_";
  return part.empty() ? otherwise : part;
}

std::string made_up_path(const PlaylistRows& rows, std::size_t row) {
  std::string path = path_part(rows.text("artist_name", row), "Unknown artist") + '/';
  if (const std::string_view album = rows.text("album", row); !album.empty()) {
    path += path_part(album, "Unknown album") + '/';
  }
  path += path_part(rows.text("title", row), "Unknown title");
  return path[0] == '#' ? "./" + path : path;
}

template <PathBytes Bytes>
class M3u final : public playlist::Output {
 public:
  static constexpr playlist::Param kParams[] = {paths_param("plain"), relative_to_param(),
                                                prefix_param(),       only_files_param(),
                                                only_below_param(),   blank_edges_param()};

  explicit M3u(const playlist::Args& args) : locations_(args, Bytes) {}

  void write(playlist::OutputCall& call) const {
    const PlaylistRows rows(call);
    ListPlaces places(rows, locations_);
    call.write("#EXTM3U\n");
    if (const std::string title = one_line(call.title()); !title.empty()) {
      call.write("#PLAYLIST:" + title + "\n");
    }
    std::size_t made_up = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      std::string location = places.of(row);
      if (location.empty()) {
        if (places.leaves_out(row)) continue;
        location = rows.address(row);
      }
      if (location.empty()) {
        location = made_up_path(rows, row);
        ++made_up;
      }
      call.write(entry(rows, row) + location + "\n");
    }
    places.tell(call);
    if (made_up > 0) {
      call.warning(playlist::concat(made_up, " of ", rows.size(),
                                    " tracks have no address: their lines are made up of artist, "
                                    "album and title, and name no file"));
    }
  }

 private:
  static std::string entry(const PlaylistRows& rows, std::size_t row) {
    const auto ms = rows.duration_ms(row);
    const std::string seconds = ms ? std::to_string((*ms + 500) / 1000) : "-1";
    std::string lines = "#EXTINF:" + seconds + "," + artist_and_title(rows, row) + "\n";
    if (const std::string album = one_line(rows.text("album", row)); !album.empty()) {
      lines += "#EXTALB:" + album + "\n";
    }
    return lines;
  }

  Locations locations_;
};

}  // namespace

constinit const playlist::Element kM3u8 = playlist::element<M3u<PathBytes::kUtf8Line>>(
    "output.m3u8",
    "Extended M3U playlist, UTF-8: the tracks' music files, or where none is known "
    "their addresses.");
constinit const playlist::Element kM3u = playlist::element<M3u<PathBytes::kAnyLine>>(
    "output.m3u",
    "Extended M3U playlist as M3U8, but for paths of music files that are no UTF-8, "
    "which are written as they are.");
