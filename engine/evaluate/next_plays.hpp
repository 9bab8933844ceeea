// Plays that came after another one in a session: what a way to shuffle would have played next is
// held against them.
//
// Shuffled  Plays under the service's own shuffle that began because the one before was over or was
//           skipped, and ended so too: songs that chance handed out, and what became of them. Spotify
//           says (Shuffle: making random feel more human, 2025) that its order was plainly random for
//           the five years before; before those it was dithered, since then it is the freshest of
//           several. Only plays of kRandomFrom to kRandomTo count. What was in the shuffled list is
//           not told; within a session it is taken to be one.
// Chosen    Plays not told to be shuffled that are no repeat of the one before. An export of account
//           data never tells.
// As of     A play's `now` is the second at which the one before it had ended, so that tables as of
//           then hold that one and not the play itself; plays of which that is not so are left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/as_of.hpp"

namespace engine::evaluate {

/// 2020-11-01 and 2025-11-01.
inline constexpr std::int64_t kRandomFrom = 1'604'188'800, kRandomTo = 1'761'955'200;

struct NextPlay {
  std::int64_t now = 0;
  std::int32_t track = 0;
  std::int32_t session = 0;
  bool is_finished = false;  // of a shuffled one: played to its end, not skipped
};

struct NextPlaysOptions {
  std::int64_t shuffled_from =
      kRandomFrom;                // the first `now` of shuffled ones, kRandomFrom at least
  std::int64_t chosen_days = 30;  // the last of somebody's listening, of chosen ones
  /// At most; of more, so many by lot: of shuffled ones whole sessions, but for the last.
  std::size_t most_shuffled = 0, most_chosen = 0;
  std::uint64_t random_seed = 1;
};

/// By time.
struct NextPlays {
  std::vector<NextPlay> shuffled, chosen;
};

/// Of a person up to tables.now().
NextPlays next_plays(const AsOf& tables, const NextPlaysOptions& options);

}  // namespace engine::evaluate
