// The audio features of a track or an artist, in the order every table and blob uses.
#pragma once

#include <array>
#include <cstddef>

namespace engine {

struct FeatureColumn {
  const char* column;  // in the store's `tracks`
  const char* field;   // in plugin tables and rows
  bool is_integer;
  /// The column that has the artist's mean where a track's own value is missing. None for what says
  /// nothing of another track: an artist's mean tempo or loudness is no track's.
  const char* or_artist = nullptr;
};

/// artists.features is a blob of these as float32 in this order, NaN where unknown.
inline constexpr std::array<FeatureColumn, 12> kFeatureColumns = {{
    {"danceability", "danceability", false, "danceability_or_artist"},
    {"energy", "energy", false, "energy_or_artist"},
    {"key_pitch", "key", true},
    {"loudness", "loudness", false},
    {"mode", "mode", true},
    {"speechiness", "speechiness", false, "speechiness_or_artist"},
    {"acousticness", "acousticness", false, "acousticness_or_artist"},
    {"instrumentalness", "instrumentalness", false, "instrumentalness_or_artist"},
    {"liveness", "liveness", false, "liveness_or_artist"},
    {"valence", "valence", false, "valence_or_artist"},
    {"tempo", "tempo", false},
    {"time_signature", "time_signature", true},
}};

}  // namespace engine
