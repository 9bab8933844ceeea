// output.pls: PLS, version 2.
//
//   [playlist]
//   File1=/music/artist/album/title.flac   as output.m3u8 has them (locations.hpp), or an address
//   Title1=Artist - Title
//   Length1=215                            whole seconds, -1 unknown
//   NumberOfEntries=1
//   Version=2
//
// A track with neither file nor address is left out, and named by the run. The format has no
// escaping, as M3U.
#include "playlist/plugin.hpp"

#include <string>

#include "elements.hpp"
#include "locations.hpp"
#include "rows.hpp"
#include "text.hpp"

namespace {

class Pls final : public playlist::Output {
 public:
  static constexpr playlist::Param kParams[] = {paths_param("plain"), relative_to_param(),
                                                prefix_param(),       only_files_param(),
                                                only_below_param(),   blank_edges_param()};

  explicit Pls(const playlist::Args& args) : locations_(args, PathBytes::kUtf8Line) {}

  void write(playlist::OutputCall& call) const {
    const PlaylistRows rows(call);
    ListPlaces places(rows, locations_);
    call.write("[playlist]\n");
    std::size_t entries = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      std::string location = places.of(row);
      if (location.empty()) {
        if (places.leaves_out(row)) continue;
        location = rows.address(row);
      }
      if (location.empty()) {
        places.leave_out(row);
        continue;
      }
      const auto ms = rows.duration_ms(row);
      const std::string number = std::to_string(++entries);
      call.write("File" + number + "=" + location + "\nTitle" + number + "=" +
                 artist_and_title(rows, row) + "\nLength" + number + "=" +
                 (ms ? std::to_string((*ms + 500) / 1000) : "-1") + "\n");
    }
    call.write(playlist::concat("NumberOfEntries=", entries, "\nVersion=2\n"));
    places.tell(call);
  }

 private:
  Locations locations_;
};

}  // namespace

constinit const playlist::Element kPls = playlist::element<Pls>(
    "output.pls",
    "PLS playlist, UTF-8: the tracks' music files, or where none is known their "
    "addresses.");
