#include "worker/worker.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <new>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker/confine.hpp"
#include "worker/frames.hpp"
#include "worker/limits.hpp"
#include "worker/orphans.hpp"
#include "worker/outside.hpp"
#include "worker/shared_page.hpp"
#include "worker/start.hpp"
#include "worker/supervisor.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ENGINE_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ENGINE_SANITIZED 1
#endif

namespace engine {
namespace {

using worker::Outcome;
using worker::SharedPage;
using worker::Supervisor;

#if defined(ENGINE_SANITIZED)
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

SharedPage* interrupted_page = nullptr;  // for the worker's signal handler

class PageHeartbeat final : public Heartbeat {
 public:
  explicit PageHeartbeat(SharedPage& page) : page_(page) {}
  void doing(std::string_view what) override {
    SharedPage::put(page_.doing, what);
    beat();
  }
  void beat() override { page_.beats.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] bool is_interrupted() const override {
    page_.beats.fetch_add(1, std::memory_order_relaxed);  // whoever asks is alive
    return page_.is_interrupted.load(std::memory_order_relaxed) != 0;
  }
  [[noreturn]] void give_up(const char* what, const char* where) override {
    SharedPage::put(page_.what, what);
    SharedPage::put(page_.where, where);
    page_.outcome = Outcome::kGaveUp;
    ::_exit(1);
  }

 private:
  SharedPage& page_;
};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("cannot start a worker: " + what + ": " + std::strerror(errno));
}

int thread_count() {
  int count = 0;
  if (DIR* tasks = ::opendir("/proc/self/task")) {
    while (const dirent* entry = ::readdir(tasks)) count += entry->d_name[0] != '.' ? 1 : 0;
    ::closedir(tasks);
  }
  return count;
}

std::uint64_t drawn_mark() {
  std::uint64_t mark = 0;
  if (::getrandom(&mark, sizeof mark, 0) != static_cast<ssize_t>(sizeof mark)) fail("getrandom");
  return mark;
}

void note_interrupt(int) {
  interrupted_page->is_interrupted = 1;
}

void listen_for_interrupt(SharedPage& page) {
  interrupted_page = &page;
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGTERM, SIG_DFL);
}

/// Runs the job and keeps how it ended; nothing leaves but through the page.
void run_job(SharedPage& page, const std::function<int()>& job) {
  try {
    page.exit_code = job();
    page.outcome = Outcome::kReturned;
  } catch (const std::bad_alloc&) {
    page.outcome = Outcome::kOutOfMemory;
  } catch (const std::exception& error) {
    SharedPage::put(page.what, error.what());
    page.outcome = Outcome::kThrew;
  } catch (...) {
    SharedPage::put(page.what, "the worker failed with an unknown exception");
    page.outcome = Outcome::kThrew;
  }
}

/// Nothing in a worker has a claim to the terminal's input, or to the standard output, which holds
/// results only: what a plugin prints goes where messages go.
void leave_standard_files() {
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) {
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
  }
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

[[noreturn]] void be_worker(pid_t supervisor, int socket, std::uint64_t mark, SharedPage& page,
                            const worker::AppliedLimits& limits,
                            const worker::BlockedSignals& signals,
                            const std::function<int(Channel&, Heartbeat&)>& job) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) ::_exit(1);  // it died before we could ask
  leave_standard_files();
  listen_for_interrupt(page);
  signals.restore();
  run_job(page, [&] {
    worker::apply_limits(limits);
    if (limits.is_confined) {
      close_descriptors_but({socket});
      confine_process();
    }
    worker::WorkerChannel channel(socket, mark, page);
    PageHeartbeat heartbeat(page);
    return job(channel, heartbeat);
  });
  std::fflush(nullptr);
  ::_exit(0);
}

}  // namespace

bool limits_memory() {
  return kLimitsMemory;
}

std::string limit_fix(const WorkerEnd& end) {
  return end.is_inherited_limit
             ? "it is the limit that the engine was started under (ulimit, a batch system): raise "
               "it there"
             : "if it needs more, raise the limit (see: engine config show)";
}

std::function<int(Channel&, Heartbeat&)> worker::unblocked(
    std::function<int(Channel&, Heartbeat&)> job) {
  return [job = std::move(job)](Channel& channel, Heartbeat& heartbeat) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return job(channel, heartbeat);
  };
}

std::unique_ptr<worker::StartedWorker> worker::start_worker(
    const WorkerLimits& limits, const std::function<int(Channel&, Heartbeat&)>& job,
    const BlockedSignals& blocked, int signals, const std::vector<int>& not_for_the_worker,
    const std::vector<int>* kept) {
  if (const int threads = thread_count(); threads > 1) {
    throw std::logic_error("a worker needs a process with one thread to fork from, this one has " +
                           std::to_string(threads));
  }
  const AppliedLimits applied = applied_limits(limits);
  const std::uint64_t mark = drawn_mark();
  auto started = std::make_unique<StartedWorker>();
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) fail("socketpair");
  std::fflush(nullptr);  // what is buffered must not be written twice

  adopt_orphans();
  const auto begin = Supervisor::Clock::now();
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ::close(sockets[0]);
    if (limits.outside != nullptr) limits.outside->leave();
    if (signals >= 0) ::close(signals);
    for (const int descriptor : not_for_the_worker) ::close(descriptor);
    if (kept != nullptr) {
      std::vector<int> open = *kept;
      open.push_back(sockets[1]);
      close_descriptors_but(std::move(open));
    }
    be_worker(self, sockets[1], mark, *started->page, applied, blocked, job);
  }
  know_child(child);
  started->fork_ms =
      std::chrono::duration<double, std::milli>(Supervisor::Clock::now() - begin).count();
  ::close(sockets[1]);
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  started->supervisor = std::make_unique<Supervisor>(
      child, sockets[0], mark, pidfd, signals, applied, *started->page, begin, limits.outside);
  if (pidfd < 0) fail("pidfd_open");
  return started;
}

WorkerEnd run_in_worker(const WorkerLimits& limits,
                        const std::function<int(Channel&, Heartbeat&)>& job,
                        const std::function<void(Channel&)>& supervise) {
  const worker::BlockedSignals blocked;
  const auto started = worker::start_worker(limits, job, blocked, blocked.descriptor(), {});
  supervise(*started->supervisor);
  WorkerEnd end = started->supervisor->finish();
  end.fork_ms = started->fork_ms;
  return end;
}

}  // namespace engine
