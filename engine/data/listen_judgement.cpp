#include "data/listen_judgement.hpp"

#include "store/listen_flags.hpp"

namespace engine {
namespace {

constexpr double kFinishedShare = 0.9;

}  // namespace

Judgement judge(std::int32_t ms_played, std::int32_t duration_ms, std::int64_t flags,
                const PlayRule& rule) {
  const PlayReason end = ListenFlags::end(flags);
  const bool is_timed = ms_played != INT32_MIN;
  const bool has_duration = is_timed && duration_ms > 0;
  const bool is_play = !is_timed || rule.is_play(ms_played, duration_ms);
  const bool is_whole = has_duration && ms_played >= kFinishedShare * duration_ms;
  const bool is_done = is_whole || (end == PlayReason::kTrackDone && is_play);

  Judgement made{is_play, 255, 255};
  if (is_done) {
    made.is_finished = 1;
  } else if (has_duration || end != PlayReason::kUnknown) {
    made.is_finished = 0;
  }
  const std::uint8_t said = ListenFlags::skipped(flags);
  if (said != 255) {
    made.is_skip = said;
  } else if (end == PlayReason::kForward) {
    made.is_skip = !is_done;
  } else if (is_timed) {
    made.is_skip = !is_play;
  } else if (end != PlayReason::kUnknown) {
    made.is_skip = 0;
  }
  return made;
}

}  // namespace engine
