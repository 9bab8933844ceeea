// The tracks of a playlist as a remote output looks for them over there.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "track_match.hpp"

namespace shared {

/// A row, with what is told along with it.
struct RemoteTrack {
  TrackNames names;
  std::string reason;  // why it is in the list; "" for none
};

/// Read a row at a time: whoever looks for a long list's tracks can stop between any two. Belongs to the call.
class RemoteTracks {
 public:
  explicit RemoteTracks(const playlist::OutputCall& call)
      : rows_(call.tracks()),
        title_(rows_["title"].texts()),
        artists_(rows_["artists"].texts()),
        album_(rows_["album"].texts()),
        mbid_(rows_["mbid"].texts()),
        isrc_(rows_["isrc"].texts()),
        spotify_(rows_["spotify_id"].texts()),
        reason_(rows_["explanation"].texts()),
        duration_(rows_["duration_ms"].i32()) {}

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(rows_.get()->rows); }

  [[nodiscard]] RemoteTrack operator[](std::size_t row) const {
    return {{std::string(title_[row]), std::string(artists_[row]), std::string(album_[row]),
             std::string(mbid_[row]), std::string(isrc_[row]),
             duration_[row] > 0 ? (duration_[row] + 500) / 1000 : 0, std::string(spotify_[row])},
            std::string(reason_[row])};
  }

 private:
  playlist::Table rows_;
  playlist::Strings title_, artists_, album_, mbid_, isrc_, spotify_, reason_;
  std::span<const std::int32_t> duration_;
};

}  // namespace shared
