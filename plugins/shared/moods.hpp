// Moods: what tracks are put into moods by, and which mood is nearest to a track.
//
// model.moods finds the moods of one person. A track belongs to the one whose centroid is nearest to
// its features as they are known now: so does one that was imported after the training, or whose
// features came later.
#pragma once

#include "playlist/call.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace shared {

/// Each 0..1.
inline constexpr std::array<const char*, 6> kMoodSounds = {
    "valence", "energy", "danceability", "acousticness", "instrumentalness", "tempo_norm"};
inline constexpr std::size_t kMoodSoundCount = kMoodSounds.size();
inline constexpr float kFastestTempo = 250;  // beats per minute that are a tempo_norm of 1

/// What moods are made of, of each track. Of one without features of its own the mean of its
/// artist's tracks, NaN where neither is known. A tempo that neither has is the mean of all: an
/// artist's mean tempo says little of a track, and less than the other five do of its mood.
struct MoodSounds {
  std::array<std::vector<float>, kMoodSoundCount> values;  // NaN: not known
  std::vector<std::uint8_t>
      is_own;  // 1: all six are the track's own, 0: some are its artist's mean

  [[nodiscard]] std::size_t tracks() const { return is_own.size(); }
  [[nodiscard]] bool is_known(std::size_t track) const;
  [[nodiscard]] std::array<float, kMoodSoundCount> of(std::size_t track) const;
};
/// Of the table "tracks" and the lists "artist_tracks".
MoodSounds mood_sounds(const playlist::Table& tracks, const playlist::Lists& artist_tracks);

inline constexpr std::int32_t kNoMood = -1;

/// Centroids of moods, row-major, in the order of the moods.
struct MoodCentroids {
  std::vector<float> values;

  [[nodiscard]] std::size_t count() const { return values.size() / kMoodSoundCount; }
  [[nodiscard]] std::span<const float> row(std::size_t mood) const {
    return std::span(values).subspan(mood * kMoodSoundCount, kMoodSoundCount);
  }
  /// Of the centroid at the least Euclidean distance, of equally near ones the first.
  [[nodiscard]] std::int32_t nearest(std::span<const float> sounds) const;
  /// Of each track; kNoMood where its sounds are not known.
  [[nodiscard]] std::vector<std::int32_t> of_tracks(const MoodSounds& sounds) const;
};

/// The moods of model.moods, as its table "moods" has them.
struct Moods {
  MoodCentroids centroids;
  std::vector<std::int32_t> ids;
  std::vector<std::string> labels;

  explicit Moods(const playlist::Table& table);
};

inline constexpr const char* kMoodsModel = "model.moods";

}  // namespace shared
