// Values of columns beside the tracks of a list: what --show asks for.
#pragma once

#include <string>
#include <vector>

#include "plan/evaluate.hpp"
#include "recipe/playlist.hpp"

namespace engine {

/// The names in "tempo,energy", of all that were given, each once.
std::vector<std::string> column_names(const std::vector<std::string>& given);

/// Fills PlaylistTrack::shown with those columns of the chosen rows, whatever a formula could read
/// there. Throws Error(kUsage) for a column that is none.
void show_values(const Evaluation& evaluation, const Candidates& chosen,
                 const std::vector<std::string>& names, Playlist& playlist);

/// "tempo 128  energy 0.71  year    -" of each track, one below the other; "" without any. A time is
/// told as a date, a flag as yes or no, a missing value as "-".
std::vector<std::string> shown_lines(const std::vector<PlaylistTrack>& tracks);

}  // namespace engine
