#include "data/features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace engine {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

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

std::array<std::size_t, kFilledCount> filled_features() {
  std::array<std::size_t, kFilledCount> places{};
  std::size_t next = 0;
  for (std::size_t k = 0; k < kFeatureColumns.size(); ++k)
    if (!kFeatureColumns[k].is_integer) places[next++] = k;
  return places;
}

FilledFeatures fill_features(const FeatureInputs& inputs) {
  FilledFeatures filled;
  for (std::size_t k = 0; k < kFilledCount; ++k) {
    std::vector<float> means = means_by_artist(inputs.own[k], inputs);
    for (std::size_t artist = 0; artist < means.size(); ++artist)
      if (std::isnan(means[artist])) means[artist] = inputs.artist_mean[k][artist];
    std::vector<float>& column = filled.columns[k];
    column.resize(inputs.track_count);
    for (std::size_t track = 0; track < inputs.track_count; ++track) {
      const float own = inputs.own[k][track];
      const std::int32_t artist = inputs.artist[track];
      const bool is_own = !std::isnan(own);
      const float value = is_own        ? own
                          : artist >= 0 ? means[static_cast<std::size_t>(artist)]
                                        : kMissing;
      column[track] = value;
      ++(is_own ? filled.own[k] : std::isnan(value) ? filled.none[k] : filled.artist_mean[k]);
    }
  }
  return filled;
}

std::vector<float> audio_vectors(std::span<const float* const, kFilledCount> filled,
                                 std::size_t track_count) {
  const auto places = filled_features();
  std::vector<float> vectors(track_count * kFilledCount);
  for (std::size_t track = 0; track < track_count; ++track) {
    float* row = &vectors[track * kFilledCount];
    for (std::size_t k = 0; k < kFilledCount; ++k)
      row[k] = scaled(kFeatureColumns[places[k]].field, filled[k][track]);
    if (std::any_of(row, row + kFilledCount, [](float value) { return std::isnan(value); }))
      std::fill(row, row + kFilledCount, kMissing);
  }
  return vectors;
}

}  // namespace engine
