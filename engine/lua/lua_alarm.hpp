// The alarm clock of a Lua state. While Lua runs, a timer's signal raises a flag every 10 ms; ticks
// and line hooks look at the flag, which costs less than looking at a clock, and only then at the
// time. Where nobody takes the flag for half a second though the time is over, Lua is inside a C
// function that takes long (a pattern that backtracks): then the signal itself tells, and whoever
// listens ends the process.
#pragma once

#include <atomic>

namespace engine {

/// Threads: used by one at a time; the signal comes to the thread that last started it.
class LuaAlarm {
 public:
  /// What the signal's handler asks and tells; both must be async-signal-safe.
  struct Listener {
    bool (*is_over)(const void* context);
    void (*is_ignored)(void* context);
    void* context;
  };

  explicit LuaAlarm(const Listener& listener) : listener_(listener) {}
  ~LuaAlarm() {
    set_running(false);
    rest();
  }
  LuaAlarm(const LuaAlarm&) = delete;
  LuaAlarm& operator=(const LuaAlarm&) = delete;

  /// Costs no system call while it goes on and off quickly: a timer that nobody needs rings once
  /// more and stops by itself.
  void set_running(bool is_running);
  /// Stops that timer now, for what follows may be plugins, whose system calls a ring would break.
  void rest();
  /// Raised at least every 10 ms of running; always, where the system gives no timer.
  [[nodiscard]] bool is_up() const { return is_up_.load(std::memory_order_relaxed) != 0; }
  /// The same for compiled Lua: `alarm` is a LuaAlarm.
  static int is_up(const void* alarm) {
    return static_cast<const LuaAlarm*>(alarm)->is_up() ? 1 : 0;
  }
  /// Somebody has seen the flag and looks at the time.
  void take();
  /// The time is over and the recipe may catch that: the next tick must look again.
  void keep_up() { is_up_.store(1, std::memory_order_relaxed); }

  /// In the signal's handler.
  void ring();

 private:
  Listener listener_;
  LuaAlarm* outer_ = nullptr;  // of the state that ran when this one was started
  bool is_running_ = false, has_timer_ = true;
  std::atomic<int> is_up_{0};
  std::atomic<int> ignored_{0};  // rings since the time was over that nobody took
};

}  // namespace engine
