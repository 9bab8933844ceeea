// The mood that comes next, by what model.next_mood learned of somebody and what they heard up to now.
//
// While a session goes on it is the mood after the last listen of it; else, and before it has three
// listens, that of a session's first track.
#pragma once

#include "playlist/call.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mood_history.hpp"

namespace shared {

inline constexpr const char* kNextMoodModel = "model.next_mood";

/// Of an artifact of model.next_mood, which outlives them.
struct NextMoodParts {
  playlist::Table experts, factors;
  std::string_view serves;  // its bytes "words"
};

/// Probabilities of the model's `moods` moods, in their order, of the listen that comes next; of one at
/// `now` where no session goes on.
/// Throws playlist::Error where the parts do not fit each other: train the model again.
std::vector<float> moods_ahead(const NextMoodParts& parts, std::size_t moods,
                               const MoodListens& listens, bool goes_on, std::int64_t now);

}  // namespace shared
