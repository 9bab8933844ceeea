#include "worker/pool.hpp"

#include <algorithm>
#include <memory>
#include <poll.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "worker/start.hpp"

namespace engine {
namespace {

using worker::StartedWorker;

class Pool {
 public:
  Pool(PoolWork& work, const PoolOptions& options)
      : work_(work),
        workers_(std::max<std::size_t>(options.workers, 1)),
        signals_(blocked_.descriptor()) {}
  ~Pool() { ::close(signals_); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  bool run() {
    while (true) {
      start_what_fits();
      if (running_.empty()) return !is_interrupted_;
      wait();
      look_at_signals();
      look_at_workers();
    }
  }

 private:
  struct Running {
    std::uint64_t id;
    std::unique_ptr<StartedWorker> worker;
  };

  void start_what_fits() {
    while (!is_interrupted_ && running_.size() < workers_) {
      const std::optional<PoolJob> job = work_.next();
      if (!job) return;
      std::vector<int> others{signals_};
      for (const Running& other : running_) {
        others.push_back(other.worker->supervisor->socket());
        others.push_back(other.worker->supervisor->events());
      }
      running_.push_back(
          {job->id, worker::start_worker(job->limits, job->run, blocked_, -1, others)});
    }
  }

  void wait() {
    std::vector<pollfd> sources = {{signals_, POLLIN, 0}};
    int patience = -1;
    for (const Running& job : running_) {
      const worker::Supervisor& supervisor = *job.worker->supervisor;
      sources.push_back({supervisor.socket(), POLLIN, 0});
      sources.push_back({supervisor.events(), POLLIN, 0});
      const int look = supervisor.milliseconds_to_next_look();
      if (look >= 0) patience = patience < 0 ? look : std::min(patience, look);
    }
    ::poll(sources.data(), sources.size(), patience);
  }

  void look_at_signals() {
    signalfd_siginfo info;
    while (::read(signals_, &info, sizeof info) == sizeof info) is_interrupted_ = true;
    if (!is_interrupted_) return;
    for (const Running& job : running_) job.worker->supervisor->interrupt();
  }

  void look_at_workers() {
    for (std::size_t k = 0; k < running_.size();) {
      worker::Supervisor& supervisor = *running_[k].worker->supervisor;
      const bool is_alive = supervisor.pump();
      std::uint32_t kind = 0;
      for (std::string bytes; supervisor.take_frame(kind, bytes);)
        work_.frame(running_[k].id, kind, bytes);
      if (is_alive) {
        ++k;
        continue;
      }
      WorkerEnd end = supervisor.finish();
      end.fork_ms = running_[k].worker->fork_ms;
      const std::uint64_t id = running_[k].id;
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(k));
      work_.ended(id, end);
    }
  }

  PoolWork& work_;
  std::size_t workers_;
  worker::BlockedSignals blocked_;
  int signals_;
  std::vector<Running> running_;  // in the order they were started
  bool is_interrupted_ = false;
};

bool run_one_after_the_other(PoolWork& work) {
  while (const std::optional<PoolJob> job = work.next()) {
    const auto supervise = [&](Channel& channel) {
      std::uint32_t kind = 0;
      for (std::string bytes; channel.receive(kind, bytes);) work.frame(job->id, kind, bytes);
    };
    const WorkerEnd end = run_in_process(job->run, supervise, job->limits.outside);
    work.ended(job->id, end);
  }
  return true;
}

}  // namespace

bool run_pool(PoolWork& work, const PoolOptions& options) {
  if (options.is_in_process) return run_one_after_the_other(work);
  return Pool(work, options).run();
}

std::size_t default_pool_workers() {
  return std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
}

}  // namespace engine
