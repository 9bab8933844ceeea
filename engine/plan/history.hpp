// What the user did with tracks, as candidates: user.history and :last.
#pragma once

#include <cstdint>
#include <string>

#include "data/tables.hpp"
#include "plan/candidates.hpp"

namespace engine {

/// What an interaction with a track says about the user's taste:
///
///   score = log2(1 + plays) + like * (1 if liked) - skip * log2(1 + skips)
///
/// over everything up to now. 1 for a track played once, 2 for one played three times; below 0 when
/// it was skipped more than it was played.
struct InteractionWeights {
  double like = 2;  // >= 0
  double skip = 1;  // >= 0
};

/// Every track that was played, skipped or liked, once: `ts` of its latest interaction (the start
/// of the listen; missing for likes without a date) and `score`. Oldest first, those without a time
/// before all others, equal times by track number. A listen that is neither play nor skip is no
/// interaction.
/// Reads   tables "listens" and "likes", both bounded by now
Candidates interaction_history(const Tables& tables, const InteractionWeights& weights);

struct LastOptions {
  std::size_t count = 50;     // tracks, at most
  double weekly_mix = 0.5;    // 0 .. 1: share of them from this week
  std::int64_t week_begin{};  // Unix seconds: Monday 00:00 in the user's time zone
  InteractionWeights weights;
};

/// The newest `count` tracks of `candidates` (which have a column "ts"), newest first, each once,
/// with the scores of interaction_history(): `weekly_mix` of them from this week and the others
/// from before; where one part has fewer, the other fills up. Without anything from this week these
/// are the newest of all. Equal times by track number; rows without a time are the oldest.
Candidates last_interactions(const Tables& tables, const Candidates& candidates,
                             const LastOptions& options);

}  // namespace engine
