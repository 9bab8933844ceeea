// The table "mood_windows": what was heard just before each listen of a session. What a model of the next
// mood learns from, and tells by.
//
// Rows     every listen that has kWindow others before it in its session, in the order of "listens";
//          then, while a session goes on at `now`, one for what comes next ("listen" -1)
// Window   the kWindow listens before it. Nothing of the listen itself, of what follows, or of how long
//          the session came to be
// Sounds   features of mood_features(); of a track without its own the mean of its artist's tracks,
//          NaN where neither is known. A tempo that neither has is the mean of all: an artist's mean
//          tempo says little of a track, and less than the other five features do of its mood. `own` and `known` count how many of the window's tracks have which
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/listen_statistics.hpp"
#include "data/owned_table.hpp"
#include "data/tables.hpp"

namespace engine {

inline constexpr std::size_t kWindow = 3;

inline constexpr std::array<const char*, 6> kMoodFeatures = {
    "valence", "energy", "danceability", "acousticness", "instrumentalness", "tempo_norm"};

/// What moods are made of, of each track: the six features, 0..1.
struct MoodFeatures {
  std::array<std::vector<float>, kMoodFeatures.size()> values;  // NaN: not known
  std::vector<std::uint8_t>
      is_own;  // 1: all six are the track's own, 0: some are its artist's mean

  [[nodiscard]] bool is_known(std::size_t track) const;
};
/// Reads the tables "tracks" and the lists "artist_tracks".
MoodFeatures mood_features(const Tables& tables);

/// `listens` are those that had ended by `now`.
std::unique_ptr<OwnedTable> make_mood_windows(const Tables& tables, const ListenColumns& listens,
                                              std::int64_t gap_seconds, std::int64_t now,
                                              const std::string& timezone);

}  // namespace engine
