// output.xspf: XSPF 1 (http://xspf.org/ns/0/).
//
// location is the track's music file (locations.hpp), or where none is known its page at Spotify;
// identifier is its MusicBrainz recording, annotation the explanation; what is missing is left out.
// Durations are whole milliseconds, the date is UTC. A plain location (paths = plain) is no URI, as
// the format asks for one: it is for readers that take none, such as MPD.
// Characters that XML 1.0 forbids are dropped.
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "elements.hpp"
#include "locations.hpp"
#include "rows.hpp"
#include "text.hpp"

namespace {

class Xspf final : public playlist::Output {
 public:
  static constexpr playlist::Param kParams[] = {paths_param("uri"), relative_to_param(),
                                                prefix_param(),     only_files_param(),
                                                only_below_param(), blank_edges_param()};

  explicit Xspf(const playlist::Args& args) : locations_(args, PathBytes::kUtf8Line) {}

  void write(playlist::OutputCall& call) const {
    const PlaylistRows rows(call);
    ListPlaces places(rows, locations_);
    call.write(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n");
    write_field(call, "  ", "title", call.title());
    write_field(call, "  ", "creator", call.creator());
    write_field(call, "  ", "annotation", call.description());
    write_field(call, "  ", "date", iso_time(call.created()));
    call.write("  <trackList>\n");
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      std::string location = places.of(row);
      if (location.empty()) {
        if (places.leaves_out(row)) continue;
        location = rows.spotify_url(row);
      }
      write_track(call, rows, row, location);
    }
    call.write("  </trackList>\n</playlist>\n");
    places.tell(call);
  }

 private:
  static void write_track(playlist::OutputCall& call, const PlaylistRows& rows, std::size_t row,
                          const std::string& location) {
    constexpr std::string_view kIndent = "      ";
    call.write("    <track>\n");
    write_field(call, kIndent, "location", location);
    write_field(call, kIndent, "identifier", rows.musicbrainz_url(row));
    write_field(call, kIndent, "title", rows.text("title", row));
    write_field(call, kIndent, "creator", rows.artists(row));
    write_field(call, kIndent, "annotation", rows.text("explanation", row));
    write_field(call, kIndent, "album", rows.text("album", row));
    if (const auto ms = rows.duration_ms(row)) {
      write_field(call, kIndent, "duration", std::to_string(*ms));
    }
    call.write("    </track>\n");
  }

  static void write_field(playlist::OutputCall& call, std::string_view indent,
                          std::string_view name, std::string_view value) {
    if (value.empty()) return;
    call.write(playlist::concat(indent, '<', name, '>', xml(value), "</", name, ">\n"));
  }

  Locations locations_;
};

}  // namespace

constinit const playlist::Element kXspf =
    playlist::element<Xspf>("output.xspf", "XSPF playlist (XML).");
