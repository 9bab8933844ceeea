// What a player says of itself at one moment.
#pragma once

#include <cstdint>

namespace engine::players {

struct PlayerStatus {
  enum class State { kStopped, kPlaying, kPaused };
  State state = State::kStopped;
  int song = -1;  // the id of its place in the queue; -1 without one
  std::int64_t elapsed_ms = 0, duration_ms = 0;

  int place = -1;  // in the queue, from 0
  unsigned queue_version = 0, queue_length = 0;
  bool is_random = false, is_consuming = false;
};

}  // namespace engine::players
