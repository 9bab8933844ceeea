// Many jobs in several supervised workers at once, one worker per job: what fails costs that job
// only, and the others go on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "worker/worker.hpp"

namespace engine {

struct PoolJob {
  std::uint64_t id = 0;  // the caller's own; what the pool tells is told under it
  WorkerLimits limits;
  /// Runs in the worker. It may send frames; nothing is ever sent to it.
  std::function<int(Channel&, Heartbeat&)> run;
};

/// Gives the jobs and takes what becomes of them. All calls come from the thread that called
/// run_pool(), one at a time; frames of one job come in order, before its ended(). Jobs end in any
/// order: results that are kept by id are the same for any number of workers.
class PoolWork {
 public:
  virtual ~PoolWork() = default;
  /// The next job, or nothing when none is waiting. Asked again after every ended(), which may
  /// have made new ones (the rest of a job whose worker crashed, say).
  virtual std::optional<PoolJob> next() = 0;
  virtual void frame(std::uint64_t id, std::uint32_t kind, const std::string& bytes) = 0;
  virtual void ended(std::uint64_t id, const WorkerEnd& end) = 0;
};

struct PoolOptions {
  std::size_t workers = 1;     // at once, >= 1
  bool is_in_process = false;  // one after the other in this process, see run_in_process()
};

/// Runs jobs until next() gives none and all have ended. False when SIGINT or SIGTERM came: no new
/// job was started then, those running got 2 s to end, and what had arrived was handed over.
/// An exception of `work` kills the workers and leaves this function. One thread: the supervisor
/// polls. Throws std::logic_error when the calling process has more than one thread.
bool run_pool(PoolWork& work, const PoolOptions& options);

/// How many workers this machine has room for: its processors, at least 1.
std::size_t default_pool_workers();

}  // namespace engine
