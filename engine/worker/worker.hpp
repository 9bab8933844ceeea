// Runs a job in a forked, supervised worker, so that a recipe or a plugin that hangs, crashes or
// eats memory costs that run only and leaves the store untouched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace engine {

class Outside;

/// 0 means: no such limit. Where the engine was started under lower ones (ulimit, a batch system),
/// those hold.
struct WorkerLimits {
  double wall_seconds = 60;  // killed after this; looked at while `supervise` waits for frames
  bool is_wall_per_frame = false;  // counted anew from each frame that was taken
  double cpu_seconds = 60;         // RLIMIT_CPU, rounded up to whole seconds
  /// RLIMIT_AS above what is mapped at the fork. Not applied in builds with an address or thread
  /// sanitizer, which reserve terabytes: see limits_memory().
  std::size_t memory_bytes = 2ull << 30;
  double heartbeat_seconds = 0;  // killed when the worker gave no sign of life for this long
  bool is_confined = false;      // worker/confine.hpp, before the job starts
  Outside* outside = nullptr;    // whom it may ask, see worker/outside.hpp; nullptr: nobody
};

/// False in builds where WorkerLimits::memory_bytes cannot be applied.
bool limits_memory();

/// The worker's side of the heartbeat; every call is a sign of life and costs nanoseconds.
/// Threads: beat() and is_interrupted() from any, doing() from one at a time.
class Heartbeat {
 public:
  virtual ~Heartbeat() = default;
  /// Names the stage for messages about a worker that died; 255 bytes are kept.
  virtual void doing(std::string_view what) = 0;  // "ranking.bad (recipes/x.lua:4)"
  virtual void beat() = 0;
  /// A sign of life as well, as all three are. True after SIGINT: end the job soon, it is killed 2
  /// s later.
  [[nodiscard]] virtual bool is_interrupted() const = 0;
  /// Ends the process at once, stopped by a limit of its own: WorkerEnd::message and where. May be
  /// called in a signal's handler.
  [[noreturn]] virtual void give_up(const char* what, const char* where) = 0;
};

/// Frames between the worker and its supervisor, in order, any size. Both ends block; the
/// supervisor takes in the worker's frames while it sends, so that two senders never wait for each
/// other. Threads: per end
/// one that sends and one that receives.
class Channel {
 public:
  virtual ~Channel() = default;
  /// In the supervisor, frames to a worker that is gone are dropped: receive() tells.
  virtual void send(std::uint32_t kind, std::string_view bytes) = 0;
  /// False at the end of the stream. `bytes` is overwritten; its capacity is used again.
  virtual bool receive(std::uint32_t& kind, std::string& bytes) = 0;
  /// In a worker that is sent nothing else: asks WorkerLimits::outside, and waits. "" where nobody
  /// answers: there is no such, or the user stopped the engine.
  virtual std::string ask(std::string_view /*question*/) { return ""; }
};

struct WorkerEnd {
  bool is_done = false;   // the job returned; otherwise `message` says why not
  int exit_code = 0;      // what the job returned
  bool is_limit = false;  // killed for a limit (Exit::kLimits), else it crashed (Exit::kPlugin)
  bool is_inherited_limit = false;  // and the limit is not ours but the one we were started under
  bool is_interrupted = false;      // SIGINT or SIGTERM came (Exit::kInterrupted), done or not
  /// "stopped after 2.00 s: the worker did not answer; it was in: ranking.bad (...)". Other
  /// beginnings: "stopped after 3 s of CPU time", "stopped: no sign of life for 5.00 s", "out of
  /// memory: more than 2048 MB", "the worker crashed (Segmentation fault)", "the worker ended
  /// early with exit status 1", "the worker was killed (Killed)", "stopped: bytes that are no
  /// message came from the worker ...", "interrupted", and what() of an exception that the job let
  /// out. "; it was in: STAGE" follows where doing() named one.
  std::string message;
  std::string where;  // "recipes/weekly.lua:12" where the worker itself gave up there, else ""
  double fork_ms = 0, wall_ms = 0;
  std::size_t peak_bytes = 0;  // resident
};

/// What to do about a limit that ended a worker, for Error::Parts::fix.
std::string limit_fix(const WorkerEnd& end);

/// Forks; runs `job` in the child and `supervise` (which reads the channel until its end) in the
/// parent. An exception of `job` never crosses; jobs send their errors as frames. An exception of
/// `supervise` kills the worker and leaves this function. SIGINT and SIGTERM are passed on as
/// SIGINT: the worker gets 2 s to end, then is killed. The worker dies with its supervisor, and the
/// processes that it has started die with the worker. Its standard input is empty; what it prints
/// to the standard output goes to the standard error. Throws std::logic_error when the calling
/// process has more than one thread, and Error(kLimits) when an inherited memory limit leaves no
/// room for a worker.
WorkerEnd run_in_worker(const WorkerLimits& limits,
                        const std::function<int(Channel&, Heartbeat&)>& job,
                        const std::function<void(Channel&)>& supervise);

/// The same job in this process, for debuggers and sanitizers: no fork, no limits, frames are
/// queued and delivered to `supervise` when the job has returned; what it asks, `outside` answers.
/// Not for jobs that wait for frames.
WorkerEnd run_in_process(const std::function<int(Channel&, Heartbeat&)>& job,
                         const std::function<void(Channel&)>& supervise,
                         Outside* outside = nullptr);

}  // namespace engine
