#include "data/features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace engine {
namespace {

// Mean of the own values of each artist's tracks; NaN where it has none.
std::vector<float> means_by_artist(const float* own, const FeatureInputs& inputs) {
  std::vector<double> sums(inputs.artist_count, 0);
  std::vector<std::int32_t> counts(inputs.artist_count, 0);
  for (std::size_t track = 0; track < inputs.track_count; ++track) {
    const std::int32_t artist = inputs.artist[track];
    if (artist < 0 || std::isnan(own[track])) continue;
    sums[static_cast<std::size_t>(artist)] += own[track];
    ++counts[static_cast<std::size_t>(artist)];
  }
  std::vector<float> means(inputs.artist_count, kMissing);
  for (std::size_t artist = 0; artist < means.size(); ++artist)
    if (counts[artist] > 0) means[artist] = static_cast<float>(sums[artist] / counts[artist]);
  return means;
}

float scaled(std::string_view feature, float value) {
  if (feature == "loudness") return std::clamp((value + 60.0f) / 60.0f, 0.0f, 1.0f);
  if (feature == "tempo") return std::clamp(value / 250.0f, 0.0f, 1.0f);
  return value;
}

}  // namespace

std::array<std::size_t, kNumericFeatureCount> numeric_features() {
  std::array<std::size_t, kNumericFeatureCount> places{};
  std::size_t next = 0;
  for (std::size_t k = 0; k < kFeatureColumns.size(); ++k)
    if (!kFeatureColumns[k].is_integer) places[next++] = k;
  return places;
}

FeaturesOrArtist features_or_artist(const FeatureInputs& inputs) {
  FeaturesOrArtist made;
  const auto places = numeric_features();
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    const std::span<const float> own(inputs.own[k], inputs.track_count);
    made.own[k] = std::count_if(own.begin(), own.end(), [](float value) { return value == value; });
    const auto missing = static_cast<std::int64_t>(inputs.track_count) - made.own[k];
    made.none[k] = missing;
    if (kFeatureColumns[places[k]].or_artist == nullptr) continue;
    std::vector<float> means = means_by_artist(inputs.own[k], inputs);
    for (std::size_t artist = 0; artist < means.size(); ++artist)
      if (std::isnan(means[artist])) means[artist] = inputs.artist_mean[k][artist];
    std::vector<float>& column = made.columns[k];
    column.assign(own.begin(), own.end());
    for (std::size_t track = 0; track < inputs.track_count; ++track) {
      const std::int32_t artist = inputs.artist[track];
      if (!std::isnan(column[track]) || artist < 0) continue;
      column[track] = means[static_cast<std::size_t>(artist)];
      made.artist_mean[k] += std::isnan(column[track]) ? 0 : 1;
    }
    made.none[k] = missing - made.artist_mean[k];
  }
  return made;
}

std::vector<float> audio_vectors(std::span<const float* const, kNumericFeatureCount> own,
                                 std::size_t track_count) {
  const auto places = numeric_features();
  std::vector<float> vectors(track_count * kNumericFeatureCount);
  for (std::size_t track = 0; track < track_count; ++track) {
    float* row = &vectors[track * kNumericFeatureCount];
    for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
      row[k] = scaled(kFeatureColumns[places[k]].field, own[k][track]);
    if (std::any_of(row, row + kNumericFeatureCount, [](float value) { return std::isnan(value); }))
      std::fill(row, row + kNumericFeatureCount, kMissing);
  }
  return vectors;
}

}  // namespace engine
