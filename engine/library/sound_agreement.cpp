#include "library/sound_agreement.hpp"

#include <cmath>
#include <cstdio>
#include <vector>

#include <nlohmann/json.hpp>

namespace engine::library {
namespace {

struct Pairs {
  std::vector<double> imported, measured;

  [[nodiscard]] double mean(const std::vector<double>& values) const {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  }
  /// Mean distance of measured less `shift` and imported.
  [[nodiscard]] double error(double shift) const {
    double sum = 0;
    for (std::size_t k = 0; k < imported.size(); ++k) {
      sum += std::abs(measured[k] - shift - imported[k]);
    }
    return imported.empty() ? 0 : sum / static_cast<double>(imported.size());
  }
  [[nodiscard]] double correlation() const {
    const double mean_a = mean(imported), mean_b = mean(measured);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t k = 0; k < imported.size(); ++k) {
      const double a = imported[k] - mean_a, b = measured[k] - mean_b;
      ab += a * b;
      aa += a * a;
      bb += b * b;
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
  }
};

bool is_near(double measured, double imported) {
  return std::abs(measured - imported) <= 0.04 * imported;
}

void compare_keys(SoundAgreement& agreement, int imported, int imported_mode, int measured,
                  int measured_mode) {
  auto& key = agreement.key;
  ++key.tracks;
  const int up = (measured - imported + 12) % 12;
  const bool is_same_mode = imported_mode < 0 || imported_mode == measured_mode;
  if (up == 0) {
    ++(is_same_mode ? key.exact : key.parallel);
  } else if (is_same_mode && (up == 7 || up == 5)) {
    ++key.fifth;
  } else if (!is_same_mode && up == (imported_mode == 1 ? 9 : 3)) {
    ++key.relative;
  }
}

std::string percent(std::int64_t part, std::int64_t whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%",
                100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

std::string decimals(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

SoundAgreement sound_agreement(const Store& store) {
  SoundAgreement agreement;
  Pairs loudness, energy;
  Statement select = store.prepare(
      "SELECT t.tempo, s.tempo, t.key_pitch, t.mode, s.key_pitch, s.mode, t.loudness, s.loudness, "
      "t.energy, s.energy FROM track_sound s JOIN tracks t USING (track_id) ORDER BY track_id");
  while (select.step()) {
    const auto has = [&](int column) { return !select.is_null(column); };
    if (has(0) && has(1) && select.real(0) > 0) {
      const double imported = select.real(0), measured = select.real(1);
      const bool is_within = is_near(measured, imported);
      ++agreement.tempo.tracks;
      agreement.tempo.within += is_within;
      agreement.tempo.within_octaves +=
          is_within || is_near(measured, imported * 2) || is_near(measured, imported / 2);
    }
    if (has(2) && has(4) && has(5) && select.integer(2) >= 0) {
      compare_keys(agreement, static_cast<int>(select.integer(2)),
                   has(3) ? static_cast<int>(select.integer(3)) : -1,
                   static_cast<int>(select.integer(4)), static_cast<int>(select.integer(5)));
    }
    for (const auto& [pairs, column] : {std::pair(&loudness, 6), std::pair(&energy, 8)}) {
      if (!has(column) || !has(column + 1)) continue;
      pairs->imported.push_back(select.real(column));
      pairs->measured.push_back(select.real(column + 1));
    }
  }
  agreement.loudness.tracks = static_cast<std::int64_t>(loudness.imported.size());
  agreement.loudness.difference =
      loudness.mean(loudness.measured) - loudness.mean(loudness.imported);
  agreement.loudness.error = loudness.error(0);
  agreement.loudness.spread = loudness.error(agreement.loudness.difference);
  agreement.energy.tracks = static_cast<std::int64_t>(energy.imported.size());
  agreement.energy.error = energy.error(0);
  agreement.energy.correlation = energy.correlation();
  return agreement;
}

MeasuredFeatures measured_features(const Store& store) {
  MeasuredFeatures measured = {
      {{"energy", {}}, {"loudness", {}}, {"tempo", {}}, {"key", {}}, {"mode", {}}}};
  Statement select = store.prepare(
      "SELECT track_id, t.energy IS NULL AND s.energy IS NOT NULL, "
      "t.loudness IS NULL AND s.loudness IS NOT NULL, "
      "ifnull(t.tempo, 0) <= 0 AND s.tempo IS NOT NULL, "
      "ifnull(t.key_pitch, -1) < 0 AND s.key_pitch IS NOT NULL, "
      "ifnull(t.key_pitch, -1) < 0 AND s.key_pitch IS NOT NULL AND s.mode IS NOT NULL "
      "FROM track_sound s JOIN tracks t USING (track_id)");
  while (select.step()) {
    for (std::size_t k = 0; k < measured.size(); ++k) {
      if (select.integer(static_cast<int>(k) + 1) != 0) {
        measured[k].tracks.insert(select.integer(0));
      }
    }
  }
  return measured;
}

std::string agreement_text(const SoundAgreement& agreement) {
  const auto of = [](std::int64_t tracks) {
    return " (" + std::to_string(tracks) + (tracks == 1 ? " track)\n" : " tracks)\n");
  };
  std::string text;
  if (const auto& tempo = agreement.tempo; tempo.tracks > 0) {
    text += "  tempo     " + percent(tempo.within, tempo.tracks) + " within 4 %, " +
            percent(tempo.within_octaves, tempo.tracks) + " with half and double" +
            of(tempo.tracks);
  }
  if (const auto& key = agreement.key; key.tracks > 0) {
    text += "  key       " + percent(key.exact, key.tracks) + " the same, " +
            percent(key.relative, key.tracks) + " its relative, " + percent(key.fifth, key.tracks) +
            " a fifth off, " + percent(key.parallel, key.tracks) + " in the other mode" +
            of(key.tracks);
  }
  if (const auto& loudness = agreement.loudness; loudness.tracks > 0) {
    text += "  loudness  " + decimals("%.2f", loudness.error) + " dB off on average, " +
            decimals("%+.2f", loudness.difference) + " dB of it always the same way" +
            of(loudness.tracks);
  }
  if (const auto& energy = agreement.energy; energy.tracks > 0) {
    text += "  energy    " + decimals("%.2f", energy.error) + " off on average, correlation " +
            decimals("%.2f", energy.correlation) + of(energy.tracks);
  }
  return text;
}

nlohmann::ordered_json agreement_json(const SoundAgreement& agreement) {
  const auto& [tempo, key, loudness, energy] = agreement;
  return {{"tempo",
           {{"tracks", tempo.tracks},
            {"within_4_percent", tempo.within},
            {"with_half_and_double", tempo.within_octaves}}},
          {"key",
           {{"tracks", key.tracks},
            {"exact", key.exact},
            {"relative", key.relative},
            {"fifth", key.fifth},
            {"parallel", key.parallel}}},
          {"loudness",
           {{"tracks", loudness.tracks},
            {"mean_difference", loudness.difference},
            {"mean_error", loudness.error},
            {"mean_error_without_difference", loudness.spread}}},
          {"energy",
           {{"tracks", energy.tracks},
            {"mean_error", energy.error},
            {"correlation", energy.correlation}}}};
}

}  // namespace engine::library
