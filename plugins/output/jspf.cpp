// output.jspf: JSPF, XSPF's JSON form, as ListenBrainz reads and writes it.
//
// A track's identifier is its MusicBrainz recording and its location the page at Spotify, both
// lists; extensions are objects. Music files come first among the locations where they are asked for
// (locations.hpp): such lists are put onto public pages, where the paths of a machine have no place.
// What is missing is left out, and so is the identifier of a track without a recording id:
// ListenBrainz accepts no other kind.
#include "playlist/plugin.hpp"

#include <string>

#include "elements.hpp"
#include "json_text.hpp"
#include "locations.hpp"

namespace {

constexpr char kPlaylistExtension[] = "https://musicbrainz.org/doc/jspf#playlist";
constexpr char kTrackExtension[] = "https://musicbrainz.org/doc/jspf#track";

class Jspf final : public playlist::Output {
 public:
  static constexpr playlist::Param kParams[] = {paths_param("none"), relative_to_param(),
                                                prefix_param(),      only_files_param(),
                                                only_below_param(),  blank_edges_param()};

  explicit Jspf(const playlist::Args& args) : locations_(args, PathBytes::kUtf8Line) {}

  void write(playlist::OutputCall& call) const {
    const PlaylistRows rows(call);
    ListPlaces places(rows, locations_);
    const std::string date = iso_time(call.created());
    Json head;
    head["title"] = valid_utf8(call.title());
    put_text(head, "creator", call.creator());
    put_text(head, "annotation", call.description());
    head["date"] = date;
    head["extension"][kPlaylistExtension] = {{"public", false}};
    std::string opening = head.dump();
    opening.back() = ',';
    call.write("{\"playlist\":" + opening + "\"track\":[");
    bool is_first = true;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      const std::string file = places.of(row);
      if (file.empty() && places.leaves_out(row)) continue;
      call.write((is_first ? "\n" : ",\n") + track(rows, row, date, file).dump());
      is_first = false;
    }
    call.write("\n]}}\n");
    places.tell(call);
  }

 private:
  static Json track(const PlaylistRows& rows, std::size_t row, const std::string& date,
                    const std::string& file) {
    Json track;
    const std::string recording = rows.musicbrainz_url(row), page = rows.spotify_url(row);
    if (!recording.empty()) track["identifier"] = Json::array({recording});
    for (const std::string& location : {file, page})
      if (!location.empty()) track["location"].push_back(location);
    track["title"] = valid_utf8(rows.text("title", row));
    put_text(track, "creator", rows.artists(row));
    put_text(track, "album", rows.text("album", row));
    put_text(track, "annotation", rows.text("explanation", row));
    if (const auto ms = rows.duration_ms(row)) track["duration"] = *ms;
    Json& extension = track["extension"][kTrackExtension];
    extension["added_at"] = date;
    Json& metadata = extension["additional_metadata"] = Json::object();
    put_text(metadata, "isrc", rows.text("isrc", row));
    put_text(metadata, "spotify_id", page);
    return track;
  }

  Locations locations_;
};

}  // namespace

constinit const playlist::Element kJspf =
    playlist::element<Jspf>("output.jspf", "JSPF playlist (JSON), as ListenBrainz reads it.");
