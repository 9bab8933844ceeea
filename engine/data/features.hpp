// Audio features: what each track has of its own, and where asked (`energy_or_artist`) the mean of
// its artist in place of what is missing.
//
// A mean is never shown under a feature's own name: of a listener's 7,723 heard tracks 1,611 had a
// tempo, and 4,062 seemed to.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "store/features.hpp"

namespace engine {

/// A feature that is not known.
inline constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// The numeric features: those of kFeatureColumns that are no integers.
inline constexpr std::size_t kNumericFeatureCount = 9;
/// Their places in kFeatureColumns.
std::array<std::size_t, kNumericFeatureCount> numeric_features();

/// What the means are computed from; spans of one length per kind.
struct FeatureInputs {
  std::array<const float*, kNumericFeatureCount> own;  // per track
  const std::int32_t* artist;  // per track: first artist's number, or negative
  std::size_t track_count;
  std::array<const float*, kNumericFeatureCount> artist_mean;  // per artist: imported
  std::size_t artist_count;
};

/// Per numeric feature with a column `or_artist`: the track's own value, else the mean of the own
/// values of its artist's tracks, else the artist's imported mean, else NaN. Empty for the others.
struct FeaturesOrArtist {
  std::array<std::vector<float>, kNumericFeatureCount> columns;
  std::array<std::int64_t, kNumericFeatureCount> own{}, artist_mean{}, none{};  // tracks
};
FeaturesOrArtist features_or_artist(const FeatureInputs& inputs);

/// The vectors of the embedding "audio", row-major, kNumericFeatureCount wide: each own feature
/// scaled to 0..1 (loudness from -60..0 dB, tempo from 0..250 BPM, both clipped); a row of NaN
/// where one is missing.
std::vector<float> audio_vectors(std::span<const float* const, kNumericFeatureCount> own,
                                 std::size_t track_count);

}  // namespace engine
