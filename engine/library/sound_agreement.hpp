// How far what was measured in music files lies from what was imported, over the tracks that have
// both.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_set>

#include <nlohmann/json_fwd.hpp>

#include "store/store.hpp"

namespace engine::library {

/// Counts of tracks that have both values; means over them, 0 of none.
struct SoundAgreement {
  struct {
    std::int64_t tracks = 0, within = 0;  // 4 % of the imported tempo
    std::int64_t within_octaves = 0;      // of it, of its half or of its double
  } tempo;
  struct {
    std::int64_t tracks = 0, exact = 0;  // pitch and mode; where no mode was imported, pitch
    std::int64_t relative = 0;           // C major and A minor
    std::int64_t fifth = 0;              // the same mode, a fifth up or down
    std::int64_t parallel = 0;           // C major and C minor
  } key;
  struct {
    std::int64_t tracks = 0;
    double difference = 0;  // mean of measured less imported, dB
    double error = 0;       // mean distance
    double spread = 0;      // mean distance once `difference` is taken off
  } loudness;
  struct {
    std::int64_t tracks = 0;
    double error = 0;        // mean distance
    double correlation = 0;  // Pearson's; 0 where one of both is always the same
  } energy;

  [[nodiscard]] bool is_empty() const {
    return tempo.tracks + key.tracks + loudness.tracks + energy.tracks == 0;
  }
};

SoundAgreement sound_agreement(const Store& store);

/// The tracks whose feature was measured, as no import told it: what recipes read of them.
struct MeasuredFeature {
  const char* feature;  // as in the table "tracks"
  std::unordered_set<std::int64_t> tracks;
};
using MeasuredFeatures = std::array<MeasuredFeature, 5>;
MeasuredFeatures measured_features(const Store& store);

/// A line for each feature; "" where no track has both.
std::string agreement_text(const SoundAgreement& agreement);
nlohmann::ordered_json agreement_json(const SoundAgreement& agreement);

}  // namespace engine::library
