// output.rekordbox: the XML by which rekordbox takes tracks and playlists from other programs, after
// rekordbox.com/en/support/developer (XML format list, version 1.0.0).
//
//   DJ_PLAYLISTS/COLLECTION/TRACK   each track once: TrackID, Name, Artist, Album, TotalTime in
//                                   seconds, Year, AverageBpm, Comments (why it is there), and
//                                   Location, file://localhost/ and the path percent-encoded
//   DJ_PLAYLISTS/PLAYLISTS          one list of their keys in the folder ROOT
//
// A track without a music file cannot be in it: it is left out, and named by the run.
#include "playlist/plugin.hpp"

#include <cmath>
#include <set>
#include <string>

#include "elements.hpp"
#include "locations.hpp"
#include "rows.hpp"
#include "text.hpp"

namespace {

class Rekordbox final : public playlist::Output {
 public:
  static constexpr playlist::Param kParams[] = {prefix_param()};

  explicit Rekordbox(const playlist::Args& args) : locations_(args) {}

  void write(playlist::OutputCall& call) const {
    const PlaylistRows rows(call);
    ListPlaces places(rows, locations_);
    std::set<std::int32_t> known;
    std::string collection, keys;
    std::size_t entries = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      const std::string uri = places.of(row);
      if (uri.empty()) {
        places.leave_out(row);
        continue;
      }
      const std::int32_t track = rows.track(row);
      if (known.insert(track).second) collection += entry(rows, row, uri);
      keys += "        <TRACK Key=\"" + std::to_string(track + 1) + "\"/>\n";
      ++entries;
    }
    call.write(playlist::concat(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<DJ_PLAYLISTS Version=\"1.0.0\">\n"
        "  <PRODUCT Name=\"Playlist Engine\" Version=\"1.0\" Company=\"\"/>\n"
        "  <COLLECTION Entries=\"",
        known.size(), "\">\n", collection,
        "  </COLLECTION>\n"
        "  <PLAYLISTS>\n"
        "    <NODE Type=\"0\" Name=\"ROOT\" Count=\"1\">\n"
        "      <NODE Name=\"",
        xml(one_line(call.title())), "\" Type=\"1\" KeyType=\"0\" Entries=\"", entries, "\">\n",
        keys, "      </NODE>\n    </NODE>\n  </PLAYLISTS>\n</DJ_PLAYLISTS>\n"));
    places.tell(call);
  }

 private:
  static std::string entry(const PlaylistRows& rows, std::size_t row, const std::string& uri) {
    std::string line = "    <TRACK";
    put(line, "TrackID", std::to_string(rows.track(row) + 1));
    put(line, "Name", one_line(rows.text("title", row)));
    put(line, "Artist", one_line(rows.artists(row)));
    put(line, "Album", one_line(rows.text("album", row)));
    if (const auto ms = rows.duration_ms(row))
      put(line, "TotalTime", std::to_string((*ms + 500) / 1000));
    put(line, "Year", rows.decimal("release_year", row));
    put(line, "AverageBpm", rows.decimal("tempo", row));
    put(line, "Comments", one_line(rows.text("explanation", row)));
    constexpr std::size_t kScheme = 7;  // file://
    put(line, "Location", "file://localhost" + uri.substr(kScheme));
    return line + "/>\n";
  }
  static void put(std::string& line, const char* name, const std::string& value) {
    if (!value.empty()) line += std::string(" ") + name + "=\"" + xml(value) + "\"";
  }

  Locations locations_;
};

}  // namespace

constinit const playlist::Element kRekordbox = playlist::element<Rekordbox>(
    "output.rekordbox", "XML that rekordbox imports: the tracks' music files and one playlist.");
