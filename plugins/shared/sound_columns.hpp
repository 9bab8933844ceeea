// The columns of the table "tracks" that say how a track sounds, for whoever has no learned space.
#pragma once

#include <array>

namespace shared {

inline constexpr std::array kSoundColumns = {"danceability_or_artist",
                                             "energy_or_artist",
                                             "speechiness_or_artist",
                                             "acousticness_or_artist",
                                             "instrumentalness_or_artist",
                                             "liveness_or_artist",
                                             "valence_or_artist",
                                             "loudness",
                                             "tempo"};
/// Values farther from the mean than so many deviations count as that far.
inline constexpr float kMostDeviations = 3;

}  // namespace shared
