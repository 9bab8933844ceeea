// The tracks that an engine asks a service about: setting "features_wanted", a JSON array of
// {"track_id": the store's, "spotify_id", "isrc"}, in the order in which they are to be asked for. Of the
// ids one may be missing.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace source {

struct WantedTrack {
  std::int64_t id = 0;
  std::string spotify_id, isrc;  // "" for what is none
};

/// Throws playlist::Error where the engine does not say.
std::vector<WantedTrack> wanted_tracks(const playlist::Call& call);

}  // namespace source
