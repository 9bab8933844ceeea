// The page that a worker and its supervisor share: what the worker does, whether it lives, how it
// ended. The worker writes; the supervisor reads the texts only once the worker is dead.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace engine::worker {

enum class Outcome : std::uint32_t {
  kNone = 0,
  kReturned = 1,
  kThrew = 2,
  kOutOfMemory = 3,
  kGaveUp = 4,  // Heartbeat::give_up()
};

struct SharedPage {
  std::atomic<std::uint64_t> beats{0};
  std::atomic<std::uint32_t> is_waiting{0};  // in send() or receive(): the supervisor's turn
  std::atomic<std::uint32_t> is_interrupted{0};
  std::atomic<Outcome> outcome{Outcome::kNone};
  std::int32_t exit_code = 0;
  char doing[256] = {};
  char what[2048] = {};
  char where[512] = {};

  /// Copies as much of `text` as fits, ended by a zero byte.
  template <std::size_t size>
  static void put(char (&field)[size], std::string_view text) {
    const std::size_t length = text.size() < size - 1 ? text.size() : size - 1;
    std::memcpy(field, text.data(), length);
    field[length] = 0;
  }
  /// "; it was in: STAGE", or "" when no stage was named.
  [[nodiscard]] std::string stage() const {
    return doing[0] == 0 ? std::string() : "; it was in: " + std::string(doing);
  }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(SharedPage) <= 4096);

}  // namespace engine::worker
