// output.m3u8: extended M3U, UTF-8.
//
//   #EXTM3U
//   #PLAYLIST:title
//   #EXTINF:215,Artist - Title        whole seconds, -1 unknown
//   #EXTALB:Album                     where known
//   spotify:track:ID                  or https://musicbrainz.org/recording/ID, or
//   Artist/Album/Title                where the track has no address: such a path is made up, and
//                                     the run says how many are
//
// The format has no escaping: line breaks and other control characters become spaces. A path that
// begins with # is written as ./#...
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "elements.hpp"
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

/// "" where the track has none.
std::string address(const PlaylistRows& rows, std::size_t row) {
  const std::string uri = rows.spotify_uri(row);
  return uri.empty() ? rows.musicbrainz_url(row) : uri;
}

std::string made_up_path(const PlaylistRows& rows, std::size_t row) {
  std::string path = path_part(rows.text("artist_name", row), "Unknown artist") + '/';
  if (const std::string_view album = rows.text("album", row); !album.empty()) {
    path += path_part(album, "Unknown album") + '/';
  }
  path += path_part(rows.text("title", row), "Unknown title");
  return path[0] == '#' ? "./" + path : path;
}

std::string artist_and_title(const PlaylistRows& rows, std::size_t row) {
  const std::string artists = one_line(rows.artists(row)),
                    title = one_line(rows.text("title", row));
  return artists.empty() ? title : title.empty() ? artists : artists + " - " + title;
}

class M3u8 final : public playlist::Output {
 public:
  static void write(playlist::OutputCall& call) {
    const PlaylistRows rows(call);
    call.write("#EXTM3U\n");
    if (const std::string title = one_line(call.title()); !title.empty()) {
      call.write("#PLAYLIST:" + title + "\n");
    }
    std::size_t made_up = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      const auto ms = rows.duration_ms(row);
      const std::string seconds = ms ? std::to_string((*ms + 500) / 1000) : "-1";
      call.write("#EXTINF:" + seconds + "," + artist_and_title(rows, row) + "\n");
      if (const std::string album = one_line(rows.text("album", row)); !album.empty()) {
        call.write("#EXTALB:" + album + "\n");
      }
      const std::string location = address(rows, row);
      if (location.empty()) ++made_up;
      call.write((location.empty() ? made_up_path(rows, row) : location) + "\n");
    }
    if (made_up > 0) {
      call.warning(playlist::concat(made_up, " of ", rows.size(),
                                    " tracks have no address: their lines are made up of artist, "
                                    "album and title, and name no file"));
    }
  }
};

}  // namespace

constinit const playlist::Element kM3u8 =
    playlist::element<M3u8>("output.m3u8", "Extended M3U playlist, UTF-8.");
