// What counts as a play, and what parts two sessions.
#pragma once

#include <cstdint>

namespace engine {

/// `min_seconds` heard, or `min_share` of the track where its length is known. A listen whose length
/// the source does not tell (a scrobble) is a play. Shorter ones are stored all the same.
struct PlayRule {
  double min_seconds = 30;  // >= 0
  double min_share = 0.5;   // 0..1
  /// From the end of what was heard so far to the start of the next listen: a pause this long, or
  /// longer, parts two listening sessions. > 0
  std::int64_t session_gap_seconds = 30 * 60;

  /// Of a listen whose length is told; `duration_ms` of the track, <= 0 where it is not known.
  [[nodiscard]] bool is_play(std::int32_t ms_played, std::int64_t duration_ms) const {
    return ms_played >= min_seconds * 1000 ||
           (duration_ms > 0 && ms_played >= min_share * static_cast<double>(duration_ms));
  }
};

}  // namespace engine
