// Which tracks were played too much of late, and rest.
//
// A track is tired from a play on with which it was played `plays` times within `within_days` days;
// the latest such play counts, and it rests for `rest_days` days from then on. Plays are those long
// enough to count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>

namespace shared {

struct TiredRule {
  std::size_t plays = 14;  // with the staleness 1 - exp(-0.05 * plays) where it passes one half
  std::int64_t within_days = 30, rest_days = 60;
};

/// How a track came to rest.
struct Tired {
  std::int64_t since = 0;  // the latest play with which it was tired, Unix seconds
  std::int64_t until = 0;  // from here on it rests no more
  std::size_t plays = 0;   // within `within_days` up to `since`
};

/// Listens, by their start.
struct TimedListens {
  std::span<const std::int64_t> ts;
  std::span<const std::int32_t> track;
  std::span<const std::uint8_t> is_play;
};

/// Those that rest at `now`, by track. No listen may be later than that.
///
/// checkpoint   called now and then; may throw to end the work
std::unordered_map<std::int32_t, Tired> tired_tracks(const TimedListens& listens, std::int64_t now,
                                                     const TiredRule& rule,
                                                     const std::function<void()>& checkpoint);

}  // namespace shared
