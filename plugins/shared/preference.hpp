// How gladly somebody hears a track, 0..1, by rules of thumb: what there is to go by before anything
// is learned of them, and what they are asked to be learned by where no play tells.
#pragma once

#include <cstdint>
#include <optional>

namespace shared {

/// What one person said and did about a track up to a moment.
struct PreferenceSignals {
  bool in_best_playlist = false, is_liked = false, is_banned = false;
  std::optional<double> rating;  // 1..5
  std::int64_t plays = 0;
  double skip_rate = 0;  // of the listens that tell; 0 where none does
};

/// What each signal adds to the heuristic; 0 where it says nothing.
struct PreferenceParts {
  double best_playlist = 0, liked = 0, rating = 0, plays = 0, skips = 0;
};
PreferenceParts preference_parts(const PreferenceSignals& signals);

/// 0.5, and 0.25 in the best playlist, 0.15 liked, 0.1 for each step of a rating above 3 (below:
/// less), 0.05 log(1 + plays) up to 0.15, less 0.2 where more than half are skipped; kept in 0..1,
/// and 0 where it is banned.
double heuristic_preference(const PreferenceSignals& signals);

/// The mean of what there is: rating / 5 (weight 3), 1 in the best playlist (2), else 0.8 liked
/// (1.5), log(1 + plays) / log(51) up to 1 of what was played (1), 1 - skip rate of what was skipped
/// (1). 0.5 without any, and 0 where it is banned.
double mean_preference(const PreferenceSignals& signals);

}  // namespace shared
