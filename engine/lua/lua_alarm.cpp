#include "lua/lua_alarm.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

namespace engine {
namespace {

constexpr long kNanosecondsBetweenRings = 10'000'000;
constexpr int kMostIgnoredRings = 50;  // of those delivered: a thread without a processor has none

thread_local LuaAlarm* running = nullptr;

int ring_signal() {
  return SIGRTMIN + 5;
}

void on_ring(int);

/// A thread's own timer; made anew in a forked process, which inherits none.
class ThreadTimer {
 public:
  ThreadTimer() = default;
  ~ThreadTimer() {
    if (has_made_ && process_ == ::getpid()) ::timer_delete(timer_);
  }
  ThreadTimer(const ThreadTimer&) = delete;
  ThreadTimer& operator=(const ThreadTimer&) = delete;

  /// False where the system gives no timer (its user has no signals left to queue).
  bool start() {
    if (is_going_) return true;
    if (process_ != ::getpid()) make();
    if (has_made_) is_going_ = set(kNanosecondsBetweenRings);
    return is_going_;
  }
  void stop() {
    if (is_going_ && process_ == ::getpid()) set(0);
    is_going_ = false;
  }

 private:
  bool set(long nanoseconds) {
    const timespec every{0, nanoseconds};
    const itimerspec times{every, every};
    return ::timer_settime(timer_, 0, &times, nullptr) == 0;
  }
  void make() {
    process_ = ::getpid();
    is_going_ = false;
    struct sigaction action {};
    action.sa_handler = on_ring;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(ring_signal(), &action, nullptr);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = ring_signal();
    event._sigev_un._tid = static_cast<pid_t>(::syscall(SYS_gettid));
    has_made_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
  }

  pid_t process_ = -1;
  timer_t timer_{};
  bool has_made_ = false;
  volatile bool is_going_ = false;  // the signal's handler stops it, too
};

thread_local ThreadTimer timer;

void on_ring(int) {
  const int kept = errno;
  if (running != nullptr)
    running->ring();
  else
    timer.stop();
  errno = kept;
}

}  // namespace

void LuaAlarm::set_running(bool is_running) {
  if (is_running == is_running_) return;
  is_running_ = is_running;
  if (is_running) {
    outer_ = running;
    running = this;
    has_timer_ = timer.start();
    if (!has_timer_) keep_up();
  } else {
    running = outer_;
  }
}

void LuaAlarm::rest() {
  if (running == nullptr) timer.stop();
}

void LuaAlarm::take() {
  ignored_.store(0, std::memory_order_relaxed);
  if (has_timer_) is_up_.store(0, std::memory_order_relaxed);
}

void LuaAlarm::ring() {
  keep_up();
  if (!listener_.is_over(listener_.context)) return;
  if (ignored_.fetch_add(1, std::memory_order_relaxed) >= kMostIgnoredRings)
    listener_.is_ignored(listener_.context);
}

}  // namespace engine
