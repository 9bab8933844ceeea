#include "preference.hpp"

#include <algorithm>
#include <cmath>

namespace shared {

PreferenceParts preference_parts(const PreferenceSignals& signals) {
  PreferenceParts parts;
  if (signals.in_best_playlist) parts.best_playlist = 0.25;
  if (signals.is_liked) parts.liked = 0.15;
  if (signals.rating) parts.rating = (*signals.rating - 3) * 0.1;
  if (signals.plays > 0)
    parts.plays = std::min(0.15, 0.05 * std::log1p(static_cast<double>(signals.plays)));
  if (signals.skip_rate > 0.5) parts.skips = -0.2;
  return parts;
}

double heuristic_preference(const PreferenceSignals& signals) {
  if (signals.is_banned) return 0;
  const PreferenceParts parts = preference_parts(signals);
  return std::clamp(
      0.5 + parts.best_playlist + parts.liked + parts.rating + parts.plays + parts.skips, 0.0, 1.0);
}

double mean_preference(const PreferenceSignals& signals) {
  if (signals.is_banned) return 0;
  double sum = 0, weights = 0;
  const auto add = [&](double value, double weight) {
    sum += value * weight;
    weights += weight;
  };
  if (signals.rating) add(*signals.rating / 5, 3);
  if (signals.in_best_playlist) {
    add(1, 2);
  } else if (signals.is_liked) {
    add(0.8, 1.5);
  }
  if (signals.plays > 0)
    add(std::min(1.0, std::log1p(static_cast<double>(signals.plays)) / std::log1p(50.0)), 1);
  if (signals.skip_rate > 0) add(1 - signals.skip_rate, 1);
  return weights > 0 ? sum / weights : 0.5;
}

}  // namespace shared
