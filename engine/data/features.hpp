// Audio features with their fallback: the track's own, its artist's mean, the artist's imported
// mean, else NaN.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "store/features.hpp"

namespace engine {

/// The features that are filled in: those of kFeatureColumns that are not integers.
inline constexpr std::size_t kFilledCount = 9;
/// Their places in kFeatureColumns.
std::array<std::size_t, kFilledCount> filled_features();

/// What the fallback is computed from; spans of one length per kind.
struct FeatureInputs {
  std::array<const float*, kFilledCount> own;  // per track
  const std::int32_t* artist;                  // per track: first artist's number, or negative
  std::size_t track_count;
  std::array<const float*, kFilledCount> artist_mean;  // per artist: imported
  std::size_t artist_count;
};

struct FilledFeatures {
  std::array<std::vector<float>, kFilledCount> columns;
  std::array<std::int64_t, kFilledCount> own{}, artist_mean{}, none{};
};
FilledFeatures fill_features(const FeatureInputs& inputs);

/// The vectors of the embedding "audio", row-major, kFilledCount wide: each feature scaled to 0..1
/// (loudness from -60..0 dB, tempo from 0..250 BPM, both clipped); a row of NaN where one is
/// missing.
std::vector<float> audio_vectors(std::span<const float* const, kFilledCount> filled,
                                 std::size_t track_count);

}  // namespace engine
