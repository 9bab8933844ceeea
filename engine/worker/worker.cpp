#include "worker/worker.hpp"

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <new>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker/confine.hpp"
#include "worker/frames.hpp"
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
    return page_.is_interrupted.load(std::memory_order_relaxed) != 0;
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

/// Bytes of address space in use, as RLIMIT_AS counts them.
std::size_t mapped_bytes() {
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void set_limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  if (::setrlimit(resource, &limit) != 0) {
    throw std::runtime_error(std::string("cannot limit the worker: ") + std::strerror(errno));
  }
}

void apply_limits(const WorkerLimits& limits) {
  set_limit(RLIMIT_CORE, 0, 0);
  if (limits.cpu_seconds > 0) {
    const auto seconds = static_cast<rlim_t>(std::ceil(limits.cpu_seconds));
    set_limit(RLIMIT_CPU, seconds, seconds + 1);
  }
  if (kLimitsMemory && limits.memory_bytes > 0) {
    const rlim_t bytes = mapped_bytes() + limits.memory_bytes;
    set_limit(RLIMIT_AS, bytes, bytes);
  }
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

[[noreturn]] void be_worker(pid_t supervisor, int socket, SharedPage& page,
                            const WorkerLimits& limits, const worker::BlockedSignals& signals,
                            const std::function<int(Channel&, Heartbeat&)>& job) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) ::_exit(1);  // it died before we could ask
  listen_for_interrupt(page);
  signals.restore();
  run_job(page, [&] {
    apply_limits(limits);
    if (limits.is_confined) {
      close_descriptors_but(socket);
      confine_process();
    }
    worker::WorkerChannel channel(socket, page);
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

std::unique_ptr<worker::StartedWorker> worker::start_worker(
    const WorkerLimits& limits, const std::function<int(Channel&, Heartbeat&)>& job,
    const BlockedSignals& blocked, int signals, const std::vector<int>& not_for_the_worker) {
  if (const int threads = thread_count(); threads > 1) {
    throw std::logic_error("a worker needs a process with one thread to fork from, this one has " +
                           std::to_string(threads));
  }
  auto started = std::make_unique<StartedWorker>();
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) fail("socketpair");
  std::fflush(nullptr);  // what is buffered must not be written twice

  const auto begin = Supervisor::Clock::now();
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ::close(sockets[0]);
    if (signals >= 0) ::close(signals);
    for (const int descriptor : not_for_the_worker) ::close(descriptor);
    be_worker(self, sockets[1], *started->page, limits, blocked, job);
  }
  started->fork_ms =
      std::chrono::duration<double, std::milli>(Supervisor::Clock::now() - begin).count();
  ::close(sockets[1]);
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  started->supervisor = std::make_unique<Supervisor>(child, sockets[0], pidfd, signals, limits,
                                                     *started->page, begin);
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
