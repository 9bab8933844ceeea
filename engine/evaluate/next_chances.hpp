// How likely ways to shuffle would have played what a person then played next.
//
// As of     Each way is asked as of the play's `now` (next_plays.hpp), with the models of then.
// Songs     Versions of a song are one: its chance is that of all of them together.
//           Of a play of another song than the uniform order holds the other ways are not asked.
// Failures  A way that fails at a play is not told of it.
// Same      Nothing depends on how many workers there are.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "evaluate/lists.hpp"
#include "evaluate/next_plays.hpp"
#include "evaluate/shuffle_lists.hpp"

namespace engine::evaluate {

/// The likeliest that count as a hit.
inline constexpr std::size_t kHits = 10;

/// Of a way at a play; NaN where it failed, or does not tell (Step::first_chances).
struct NextChance {
  double chance = std::numeric_limits<double>::quiet_NaN();
  /// 1 where the song is among the kHits likeliest; of songs as likely as each other at the edge
  /// the share that fits.
  double hit = std::numeric_limits<double>::quiet_NaN();

  [[nodiscard]] bool is_told() const { return !std::isnan(chance); }
};

struct NextRequest {
  /// Users, models, folders and limits; entries and places do not matter.
  const ListsRequest& people;
  std::vector<Entry> ways;  // recipes whose first track is the next
  std::size_t uniform = 0;  // the way that is a uniform order of the person's songs
  std::vector<std::vector<NextPlay>> plays;  // by user
};

struct NextChances {
  std::vector<std::vector<std::vector<NextChance>>> of;  // by way, user and play
  std::vector<ShuffleFailure> failures;                  // the first of each way and user
};

/// Throws Error(kInterrupted) after Ctrl-C, and Error(kUsage) of a recipe. `progress`: plays.
NextChances next_chances(const NextRequest& request,
                         const std::function<void(std::size_t done, std::size_t all)>& progress);

}  // namespace engine::evaluate
