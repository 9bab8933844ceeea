// Counting a user's listens per track, in one pass.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <vector>

namespace engine {

/// The columns of the table "listens"; all of one length, by ts.
struct ListenColumns {
  const std::int32_t* track;
  const std::int64_t* ts;
  const std::int32_t* ms_played;
  const std::uint8_t *is_play, *is_skip, *is_finished;
  std::size_t count;
};

/// The columns of the table "track_statistics" that do not hang on `now`.
struct ListenTotals {
  std::vector<std::int32_t> plays, skips, finished;
  std::vector<float> skip_rate;  // skips / listens that are known to be one or not; NaN: none
  std::vector<std::int64_t> first_played, last_played;  // starts of plays; INT64_MIN: never
};
ListenTotals total_listens(const ListenColumns& listens, std::size_t track_count);
/// `totals` are those of `earlier`, of which there may be many: only tracks that `more`, the listens
/// behind them, hold are counted again.
ListenTotals total_more_listens(ListenTotals totals, const ListenColumns& earlier,
                                const ListenColumns& more, std::size_t track_count);

/// Plays that began in [since, ...).
std::vector<std::int32_t> plays_since(const ListenColumns& listens, std::int64_t since,
                                      std::size_t track_count);

/// Counts as heard to the end: said so, or a play of which neither length nor end is told.
inline bool counts_as_finished(std::uint8_t is_finished, std::uint8_t is_play) {
  return is_finished == 1 || (is_finished == 255 && is_play == 1);
}

struct ImplicitLike {
  std::int32_t track;
  std::int64_t ts;  // start of the listen that made it one
};
/// Tracks that count as finished at least `times` (>= 1) times, in the order of the listen that
/// was the `times`-th.
std::vector<ImplicitLike> implicit_likes(const ListenColumns& listens, std::int64_t times,
                                         std::size_t track_count);

}  // namespace engine
