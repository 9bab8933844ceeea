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
  [[nodiscard]] const sigset_t& signals() const { return signals_; }

 private:
  sigset_t signals_{}, before_{};
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
                            const WorkerLimits& limits, const BlockedSignals& signals,
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

WorkerEnd run_in_worker(const WorkerLimits& limits,
                        const std::function<int(Channel&, Heartbeat&)>& job,
                        const std::function<void(Channel&)>& supervise) {
  if (const int threads = thread_count(); threads > 1) {
    throw std::logic_error("run_in_worker() needs a process with one thread, this one has " +
                           std::to_string(threads));
  }
  const MappedPage page;
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) fail("socketpair");
  const BlockedSignals blocked;
  const int signals = ::signalfd(-1, &blocked.signals(), SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) fail("signalfd");
  std::fflush(nullptr);  // what is buffered must not be written twice

  const auto started = Supervisor::Clock::now();
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ::close(sockets[0]);
    ::close(signals);
    be_worker(self, sockets[1], *page, limits, blocked, job);
  }
  const double fork_ms =
      std::chrono::duration<double, std::milli>(Supervisor::Clock::now() - started).count();
  ::close(sockets[1]);
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  Supervisor supervisor(child, sockets[0], pidfd, signals, limits, *page, started);
  if (pidfd < 0) fail("pidfd_open");
  supervise(supervisor);
  WorkerEnd end = supervisor.finish();
  end.fork_ms = fork_ms;
  return end;
}

}  // namespace engine
