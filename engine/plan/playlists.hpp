// The playlists that a person has, by their names.
#pragma once

#include <string>
#include <vector>

#include "data/tables.hpp"

namespace engine {

/// In the order of their names; each has a track.
std::vector<std::string> playlist_names(const Tables& tables);

/// What is wrong with a name that is not among them: "there is no playlist "Raod trip"", the names
/// that there are, and the nearest of them as "did you mean "Road trip"?".
struct UnknownPlaylist {
  std::string what, why, fix;
};
UnknownPlaylist unknown_playlist(const std::string& name, const std::vector<std::string>& known);

}  // namespace engine
