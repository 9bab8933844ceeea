// Runs a job in a forked, supervised worker, so that a recipe or a plugin that hangs, crashes or
// eats memory costs that run only and leaves the store untouched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace engine {

struct WorkerLimits {
  double wall_seconds = 60;               // the worker is killed after this
  double cpu_seconds = 60;                // RLIMIT_CPU
  std::size_t memory_bytes = 2ull << 30;  // RLIMIT_AS above what is mapped at the fork
  double heartbeat_seconds = 0;           // killed when beat() was silent this long; 0: not watched
  bool is_confined = false;               // seccomp: no writing opens, no network, no exec
};

/// The worker's side of the heartbeat. `doing` may be called often; it writes into shared memory.
class Heartbeat {
 public:
  virtual ~Heartbeat() = default;
  virtual void doing(std::string_view what) = 0;  // "ranking.bad (recipes/x.lua:4)"
  virtual void beat() = 0;
};

/// Sends frames to the supervisor, and receives its answers. Blocking; any size.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual void send(std::uint32_t kind, std::string_view bytes) = 0;
  /// False at the end of the stream.
  virtual bool receive(std::uint32_t& kind, std::string& bytes) = 0;
};

struct WorkerEnd {
  bool is_done = false;   // the job returned; otherwise `message` says why not
  int exit_code = 0;      // what the job returned
  bool is_limit = false;  // killed for a limit (Exit::kLimits), else it crashed (Exit::kPlugin)
  std::string
      message;  // "stopped after 2.00 s: the worker did not answer; it was in: ranking.bad (...)"
  double fork_ms = 0, wall_ms = 0;
  std::size_t peak_bytes = 0;  // resident
};

/// Forks; runs `job` in the child and `supervise` (which reads the channel until its end) in the
/// parent. The calling process must be single-threaded. An exception of `job` never crosses; jobs
/// send their errors as frames. SIGINT is passed on: the worker gets 2 s to end, then is killed.
WorkerEnd run_in_worker(const WorkerLimits& limits,
                        const std::function<int(Channel&, Heartbeat&)>& job,
                        const std::function<void(Channel&)>& supervise);

/// The same job in this process, for debuggers and sanitizers: no fork, no limits, frames are
/// queued and delivered to `supervise` when the job has returned. Not for jobs that wait for
/// answers.
WorkerEnd run_in_process(const std::function<int(Channel&, Heartbeat&)>& job,
                         const std::function<void(Channel&)>& supervise);

}  // namespace engine
