// Starting a worker: what run_in_worker() and the pool share. Internal to engine/worker.
#pragma once

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <vector>

#include "worker/shared_page.hpp"
#include "worker/supervisor.hpp"
#include "worker/worker.hpp"

namespace engine::worker {

/// The shared page, unmapped at the end.
class MappedPage {
 public:
  MappedPage() {
    void* memory = ::mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    page_ = new (memory) SharedPage;
  }
  ~MappedPage() { ::munmap(page_, sizeof(SharedPage)); }
  MappedPage(const MappedPage&) = delete;
  MappedPage& operator=(const MappedPage&) = delete;
  SharedPage& operator*() const { return *page_; }

 private:
  SharedPage* page_;
};

/// Blocks SIGINT and SIGTERM, so that a signalfd reports them; puts the old mask back.
class BlockedSignals {
 public:
  BlockedSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals_, &before_);
  }
  ~BlockedSignals() { restore(); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  void restore() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  /// A new signalfd of the two, non-blocking; the caller closes it.
  [[nodiscard]] int descriptor() const {
    const int made = ::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK);
    if (made < 0)
      throw std::runtime_error(std::string("cannot start a worker: signalfd: ") +
                               std::strerror(errno));
    return made;
  }

 private:
  sigset_t signals_{}, before_{};
};

struct StartedWorker {
  MappedPage page;
  std::unique_ptr<Supervisor> supervisor;  // goes first: it reads the page
  double fork_ms = 0;
};

/// The job with no signal blocked, for starters that have blocked some to take them themselves.
std::function<int(Channel&, Heartbeat&)> unblocked(std::function<int(Channel&, Heartbeat&)> job);

/// Forks a worker for `job`. `signals` goes to its supervisor (see there); the worker closes it and
/// `not_for_the_worker`; or, with `kept`, everything above 2 but those and its socket. Throws
/// std::logic_error when the process has more than one thread.
std::unique_ptr<StartedWorker> start_worker(const WorkerLimits& limits,
                                            const std::function<int(Channel&, Heartbeat&)>& job,
                                            const BlockedSignals& blocked, int signals,
                                            const std::vector<int>& not_for_the_worker,
                                            const std::vector<int>* kept = nullptr);

}  // namespace engine::worker
