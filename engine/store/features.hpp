// The audio features of a track or an artist, in the order every table and blob uses.
#pragma once

#include <array>
#include <cstddef>

namespace engine {

struct FeatureColumn {
  const char* column;  // in the store's `tracks`
  const char* field;   // in plugin tables and rows
  bool is_integer;
};

/// artists.features is a blob of these as float32 in this order, NaN where unknown.
inline constexpr std::array<FeatureColumn, 12> kFeatureColumns = {{
    {"danceability", "danceability", false},
    {"energy", "energy", false},
    {"key_pitch", "key", true},
    {"loudness", "loudness", false},
    {"mode", "mode", true},
    {"speechiness", "speechiness", false},
    {"acousticness", "acousticness", false},
    {"instrumentalness", "instrumentalness", false},
    {"liveness", "liveness", false},
    {"valence", "valence", false},
    {"tempo", "tempo", false},
    {"time_signature", "time_signature", true},
}};

}  // namespace engine
