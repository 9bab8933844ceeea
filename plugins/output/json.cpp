// output.json: the playlist with everything known about each track and the reason it is there.
//
//   {"title", "description", "creator", "created" (ISO 8601, UTC), "tracks": [
//     {"position" (from 1), "track" (number in the library), "title", "artist", "artists", "album",
//      "year", "duration_ms", "spotify_uri", "isrc", "mbid", "score", "channel", "explanation",
//      "features": {"danceability": ...}}, ...]}
//
// One track per line. What is not known is null.
#include "playlist/plugin.hpp"

#include <string>

#include "elements.hpp"
#include "json_text.hpp"

namespace {

class JsonOutput final : public playlist::Output {
 public:
  static void write(playlist::OutputCall& call) {
    const PlaylistRows rows(call);
    Json head;
    head["title"] = valid_utf8(call.title());
    head["description"] = valid_utf8(call.description());
    head["creator"] = valid_utf8(call.creator());
    head["created"] = iso_time(call.created());
    std::string opening = head.dump();
    opening.back() = ',';
    call.write(opening + "\"tracks\":[");
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      call.write((row == 0 ? "\n" : ",\n") + track(rows, row).dump());
    }
    call.write("\n]}\n");
  }

 private:
  static Json track(const PlaylistRows& rows, std::size_t row) {
    Json track;
    track["position"] = row + 1;
    track["track"] = rows.track(row);
    track["title"] = text_or_null(rows.text("title", row));
    track["artist"] = text_or_null(rows.text("artist_name", row));
    track["artists"] = text_or_null(rows.artists(row));
    track["album"] = text_or_null(rows.text("album", row));
    track["year"] = number_or_null(rows, "release_year", row);
    track["duration_ms"] = number_or_null(rows, "duration_ms", row);
    track["spotify_uri"] = text_or_null(rows.spotify_uri(row));
    track["isrc"] = text_or_null(rows.text("isrc", row));
    track["mbid"] = text_or_null(rows.text("mbid", row));
    track["score"] = number_or_null(rows, "score", row);
    track["channel"] = text_or_null(rows.text("channel", row));
    track["explanation"] = text_or_null(rows.text("explanation", row));
    Json& features = track["features"];
    for (const char* feature : kFeatures) features[feature] = number_or_null(rows, feature, row);
    return track;
  }
};

}  // namespace

constinit const playlist::Element kJson = playlist::element<JsonOutput>(
    "output.json", "JSON with scores, features and the reason for each track.");
