// A front end with threads of its own, an HTTP server's pool for one, and the work it asks for.
//
// Forking wants a process of one thread, a server has many. So the front is a process of its own,
// forked first, before the store is opened and a plugin loaded, so that it has no copy of them: it
// has the listening socket that it is given or opens and a socket pair to its parent, and nothing
// else of what its parent has open. The parent keeps one thread, owns the
// store, and forks a worker for every question, under the limits and with the messages of all
// workers. It trusts the front to read its answers: one that is stopped holds the parent up.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

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

/// Called in the parent, which may look at the store; what it throws is the refusal.
using FrontWork = std::function<FrontJob(const std::string& question)>;

/// Forks the front, runs `body` there, and answers what it asks, `workers` questions at once, in
/// the order they came, until the front ends; its end is returned. `body` opens what it needs, then
/// calls confine_process(Network::kServing), and joins its threads before it returns. After SIGINT
/// or SIGTERM questions that wait are refused and the front has 2 s to end. The answer is the last
/// result; "" without one. Of the descriptors above 2 that are open here the front has `kept` only.
/// Throws std::logic_error when the calling process has more than one thread.
WorkerEnd run_front(const std::function<int(Front&)>& body, const FrontWork& work,
                    std::size_t workers, const std::vector<int>& kept = {});

}  // namespace engine
