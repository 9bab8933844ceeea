// The tracks of a playlist as a remote output looks for them over there.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "track_match.hpp"

namespace shared {

/// A row, with what is told along with it.
struct RemoteTrack {
  TrackNames names;
  std::string reason;  // why it is in the list; "" for none
};

inline std::vector<RemoteTrack> remote_tracks(const playlist::OutputCall& call) {
  const playlist::Table rows = call.tracks();
  const auto title = rows["title"].texts(), artists = rows["artists"].texts(),
             album = rows["album"].texts(), mbid = rows["mbid"].texts(),
             isrc = rows["isrc"].texts(), reason = rows["explanation"].texts();
  const auto spotify = rows["spotify_id"].texts();
  const auto duration = rows["duration_ms"].i32();
  std::vector<RemoteTrack> tracks(static_cast<std::size_t>(rows.get()->rows));
  for (std::size_t row = 0; row < tracks.size(); ++row) {
    tracks[row].names = {
        std::string(title[row]),  std::string(artists[row]),
        std::string(album[row]),  std::string(mbid[row]),
        std::string(isrc[row]),   duration[row] > 0 ? (duration[row] + 500) / 1000 : 0,
        std::string(spotify[row])};
    tracks[row].reason = reason[row];
  }
  return tracks;
}

}  // namespace shared
