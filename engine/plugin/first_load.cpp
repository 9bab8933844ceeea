#include "plugin/first_load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin/copies.hpp"
#include "plugin/loader.hpp"
#include "worker/confine.hpp"
#include "worker/limits.hpp"
#include "worker/orphans.hpp"

namespace engine {
namespace {

constexpr double kCpuSeconds = 10;
constexpr int kWallMilliseconds = 20'000;
constexpr std::size_t kMemoryBytes = std::size_t{8} << 30;
constexpr std::size_t kLongestReason = 1'000;
constexpr std::time_t kSecondsOfProblem = 60 * 60;
constexpr char kDone = 'D', kUnlimited = 'U';  // first byte of the child's answer
constexpr const char* kRemembered = " (found earlier: engine doctor tries it again)";

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string("it cannot be tried out: ") + what + ": " +
                           std::strerror(errno));
}

// ---- what was noted: the engine's version, then the reason, "" for none -------------------------

/// Nothing where it has to be tried: a library is not held to a bad hour (no memory, no time) for
/// longer than that.
std::optional<std::string> noted(const std::string& note) {
  std::ifstream file(note, std::ios::binary);
  std::string version;
  if (!std::getline(file, version) || version != PLAYLIST_ENGINE_VERSION) return std::nullopt;
  const std::string problem(std::istreambuf_iterator<char>(file), {});
  struct stat status {};
  if (!problem.empty() && (::stat(note.c_str(), &status) != 0 ||
                           status.st_mtime + kSecondsOfProblem < std::time(nullptr)))
    return std::nullopt;
  return problem;
}

void note_down(const std::string& note, const std::string& problem) {
  try {
    write_whole(note, std::string(PLAYLIST_ENGINE_VERSION) + '\n' + problem);
  } catch (const std::runtime_error&) {
    // Then the next start tries it again.
  }
}

// ---- in the child -------------------------------------------------------------------------------

void take_default_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void leave_standard_files() {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
}

void limit_child() {
  WorkerLimits limits;
  limits.cpu_seconds = kCpuSeconds;
  limits.memory_bytes = kMemoryBytes;
  worker::apply_limits(worker::applied_limits(limits));
}

[[noreturn]] void answer(int pipe, char how, std::string reason) {
  reason.resize(std::min(reason.size(), kLongestReason));
  reason.insert(reason.begin(), how);
  const ssize_t written = ::write(pipe, reason.data(), reason.size());
  ::_exit(written > 0 ? 0 : 1);
}

[[noreturn]] void be_child(pid_t parent, int pipe, const std::function<void()>& load) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  take_default_signals();
  leave_standard_files();
  close_descriptors_but({pipe});
  try {
    limit_child();
  } catch (const std::exception& error) {
    answer(pipe, kUnlimited, error.what());
  }
  try {
    load();
  } catch (const BrokenLoad& broken) {
    answer(pipe, kDone, broken.what());
  } catch (const Refusal&) {
    // The parent comes to the same.
  } catch (const std::exception& error) {
    answer(pipe, kDone, error.what());
  }
  answer(pipe, kDone, "");
}

// ---- in the parent ------------------------------------------------------------------------------

/// The child, ended and reaped at the latest when this goes.
class Child {
 public:
  explicit Child(const std::function<void()>& load) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) fail("pipe");
    worker::adopt_orphans();
    const pid_t self = ::getpid();
    child_ = ::fork();
    if (child_ == 0) be_child(self, ends[1], load);
    const int error = errno;
    ::close(ends[1]);
    pipe_ = ends[0];
    if (child_ < 0) {
      ::close(pipe_);
      errno = error;
      fail("fork");
    }
    worker::know_child(child_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(child_, SIGKILL);
    reap();
    ::close(pipe_);
  }

  std::string problem() {
    const bool is_in_time = wait();
    if (!is_in_time) ::kill(child_, SIGKILL);
    const int status = reap();
    if (!is_in_time) return "it does not come back from being loaded, and was stopped after 20 s";
    if (WIFSIGNALED(status)) {
      if (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)
        return "it does not come back from being loaded, and was stopped after 10 s of CPU time";
      return std::string("it crashes when it is loaded (") + ::strsignal(WTERMSIG(status)) + ")";
    }
    const std::string text = read_answer();
    if (text.starts_with(kUnlimited))
      throw std::runtime_error("it cannot be tried out: " + text.substr(1));
    if (!text.starts_with(kDone)) {
      return "it ends the process that loads it, with exit status " +
             std::to_string(WEXITSTATUS(status));
    }
    if (text.size() > 1) return text.substr(1);
    return orphans_ > 0 ? "it starts processes of its own when it is loaded" : "";
  }

 private:
  /// False when the child took too long. Its end is waited for, not the pipe's, which a process of
  /// the library's own may hold open.
  bool wait() const {
    pollfd end{static_cast<int>(::syscall(SYS_pidfd_open, child_, 0)), POLLIN, 0};
    if (end.fd < 0) fail("pidfd_open");
    int ready = 0;
    do {
      ready = ::poll(&end, 1, kWallMilliseconds);
    } while (ready < 0 && errno == EINTR);
    ::close(end.fd);
    return ready > 0;
  }
  int reap() {
    if (is_reaped_) return 0;
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    is_reaped_ = true;
    worker::forget_child(child_);
    orphans_ = worker::end_orphans();
    return status;
  }
  [[nodiscard]] std::string read_answer() const {
    std::string text(kLongestReason + 1, '\0');
    const ssize_t got = ::read(pipe_, text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }

  pid_t child_ = -1;
  int pipe_ = -1, orphans_ = 0;
  bool is_reaped_ = false;
};

}  // namespace

std::string first_load_problem(const std::string& copy, const std::function<void()>& load,
                               bool is_tried_again) {
  const std::string note = copy + ".tried";
  if (!is_tried_again) {
    if (const auto problem = noted(note)) return problem->empty() ? "" : *problem + kRemembered;
  }
  const std::string problem = Child(load).problem();
  note_down(note, problem);
  return problem;
}

}  // namespace engine
