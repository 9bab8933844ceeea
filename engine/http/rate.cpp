#include "http/rate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.hpp"
#include "http/private_folder.hpp"

namespace engine::http {
namespace {

constexpr double kLongestAlone = 24 * 3600;
constexpr double kBusyWait = 0.003;                  // the file is held for microseconds
constexpr double kLongestBusy = 1;                   // whoever holds it longer has been stopped
constexpr double kRounding = 1e-6;                   // of times since 1970 in a double
constexpr std::uint64_t kMark = 0x3165746172544850;  // "PHTrate1"

struct RateBytes {
  std::uint64_t mark;
  double full_at, not_before;
  std::uint64_t check;  // a file that is damaged is as good as none

  [[nodiscard]] std::uint64_t sum() const {
    std::uint64_t a = 0, b = 0;
    std::memcpy(&a, &full_at, 8);
    std::memcpy(&b, &not_before, 8);
    return (mark ^ a) * 0x9e3779b97f4a7c15 ^ b;
  }
};

}  // namespace

/// The state for as long as this process holds it; written back by keep().
class Rate::Locked {
 public:
  explicit Locked(Rate& rate) : rate_(rate), state(rate.own_) {
    if (!rate_.open_file()) return;
    if (::flock(rate_.file_, LOCK_EX | LOCK_NB) != 0) {
      is_busy = true;
      return;
    }
    is_held_ = true;
    RateBytes bytes{};
    if (::pread(rate_.file_, &bytes, sizeof bytes, 0) == sizeof bytes && bytes.mark == kMark &&
        bytes.check == bytes.sum() && std::isfinite(bytes.full_at) &&
        std::isfinite(bytes.not_before))
      state = {bytes.full_at, std::max(bytes.not_before, rate_.own_.not_before)};
  }
  ~Locked() {
    if (is_held_) ::flock(rate_.file_, LOCK_UN);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

  void keep() {
    rate_.own_ = state;
    if (!is_held_) return;
    RateBytes bytes{kMark, state.full_at, state.not_before, 0};
    bytes.check = bytes.sum();
    // A full disk leaves other processes with the state of before; this one has its own.
    [[maybe_unused]] const ssize_t told_nobody = ::pwrite(rate_.file_, &bytes, sizeof bytes, 0);
  }

 private:
  Rate& rate_;
  bool is_held_ = false;

 public:
  State state;
  bool is_busy = false;  // another process holds it
};

Rate::Rate(std::string folder, const std::string& server)
    : folder_(std::move(folder)), path_(folder_ + "/rates/" + content_hash(server)) {}

Rate::~Rate() {
  if (file_ >= 0) ::close(file_);
}

/// Looked at each time: a cache that is cleared meanwhile takes the file along, and another process
/// may have made it again.
bool Rate::open_file() {
  if (folder_.empty()) return false;
  struct stat own {
  }, there{};
  if (file_ >= 0 && ::fstat(file_, &own) == 0 && ::stat(path_.c_str(), &there) == 0 &&
      own.st_ino == there.st_ino && own.st_dev == there.st_dev)
    return true;
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  if (!make_private_folder(folder_, "rates")) return false;
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return file_ >= 0;
}

Rate::Turn Rate::take(double now, double per_second, int burst) {
  Locked locked(*this);
  if (locked.is_busy) {
    if (busy_since_ == 0) busy_since_ = now;
    if (std::abs(now - busy_since_) < kLongestBusy) return {.wait_seconds = kBusyWait};
  } else {
    busy_since_ = 0;
  }
  State& state = locked.state;
  // A clock that was put back must not stop the service for years.
  state.not_before = std::min(state.not_before, now + kLongestAlone);
  if (state.not_before > now + kRounding)
    return {.wait_seconds = state.not_before - now, .is_left_alone = true};
  if (!(per_second > 0) || !std::isfinite(per_second)) return {.is_given = true};
  const double interval = 1 / per_second, tokens = std::max(burst, 1);
  state.full_at = std::clamp(state.full_at, now, now + tokens * interval);
  const double given_at = state.full_at - (tokens - 1) * interval;
  if (given_at > now + kRounding) return {.wait_seconds = given_at - now};
  state.full_at += interval;
  locked.keep();
  return {.is_given = true};
}

void Rate::leave_alone_until(double time, double now) {
  Locked locked(*this);
  // Where another process holds the file just now, this one keeps to it alone.
  locked.state.not_before = std::max(locked.state.not_before, std::min(time, now + kLongestAlone));
  locked.keep();
}

}  // namespace engine::http
