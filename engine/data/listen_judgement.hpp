// Whether a listen was a play, a skip, finished (as_of.hpp says what the words mean).
#pragma once

#include <cstdint>

#include "store/play_rule.hpp"

namespace engine {

/// 1, 0, or 255 where it is not known.
struct Judgement {
  std::uint8_t is_play, is_skip, is_finished;
};

/// `ms_played` and `duration_ms` INT32_MIN: unknown. `flags` of store/listen_flags.hpp.
Judgement judge(std::int32_t ms_played, std::int32_t duration_ms, std::int64_t flags,
                const PlayRule& rule);

}  // namespace engine
