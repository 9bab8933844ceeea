// A front end with threads of its own, an HTTP server's pool for one, and the work it asks for.
//
// Forking wants a process of one thread, a server has many. So the front is a process of its own,
// forked first: it has what its body opened (a listening socket) and a socket pair to its parent,
// and neither store nor plugins. The parent keeps one thread, owns the store, and forks a worker
// for every question, under the limits and with the messages of all workers.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "worker/job.hpp"
#include "worker/worker.hpp"

namespace engine {

/// In the front's process. Threads: any, at once.
class Front {
 public:
  virtual ~Front() = default;
  /// Waits for the answer. Throws the Error that came instead; Error(kInterrupted) once the parent
  /// takes no more questions.
  virtual std::string ask(std::string_view question) = 0;
  /// True once the front should end: it was asked to by SIGINT, or its parent by SIGINT or SIGTERM.
  [[nodiscard]] virtual bool is_interrupted() const = 0;
};

/// One question's work.
struct FrontJob {
  WorkerLimits limits;
  JobBody body;  // in a worker: JobSender::result() is the answer, what it throws is the refusal
  JobWords words = {};
};

/// Called in the parent, which may look at the store; an Error it throws is the refusal.
using FrontWork = std::function<FrontJob(const std::string& question)>;

/// Forks the front, runs `body` there, and answers what it asks, `workers` questions at once, in
/// the order they came, until the front ends; its end is returned. `body` opens what it needs, then
/// calls confine_process(Network::kServing). Without an answer, or with several, the last counts.
/// Throws std::logic_error when the calling process has more than one thread.
WorkerEnd run_front(const std::function<int(Front&)>& body, const FrontWork& work,
                    std::size_t workers);

}  // namespace engine
