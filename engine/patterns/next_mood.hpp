// Which mood the next listen has, as ranking.next_mood has it: by model.next_mood and what was heard up to
// now (plugins/shared/moods_ahead.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "models/artifact.hpp"

namespace engine::patterns {

/// Of a longer history the latest listens alone are gone through, which takes some milliseconds;
/// ranking.next_mood goes through all of them.
inline constexpr std::size_t kListensForNextMood = 50'000;

struct MoodChance {
  std::int32_t id = 0;  // of model.moods
  std::string label;
  double probability = 0;
};

struct NextMood {
  bool goes_on = false;  // a session, with three listens or more; else one that begins now
  std::vector<MoodChance> moods = {};  // the likeliest first
};
/// `model` is an artifact of model.next_mood of this person as of now or before.
/// Throws Error(kPlugin) where it is damaged.
NextMood next_mood(const AsOf& tables, const Artifact& model);

}  // namespace engine::patterns
