#include "worker/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine {
namespace {

using ProgramClock = std::chrono::steady_clock;

constexpr double kGraceSeconds = 2;  // between asking a program to end and killing it
constexpr std::size_t kMostErrorBytes = 64 << 10;
constexpr std::size_t kMostLineBytes = 64 << 10;  // what is longer is told in pieces

[[noreturn]] void cannot_start(const std::string& path, int error) {
  throw Error(Exit::kInput, "cannot start " + path,
              {path, "", std::strerror(error), "look whether the file is there and may be run"});
}

/// The child's side, in which nothing may be called that is not safe after a fork of many threads.
[[noreturn]] void become(char* const* words, pid_t parent, int output, int errors, int failure) {
  const auto fail = [failure] {
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(failure, &error, sizeof error);
    ::_exit(127);
  };
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before we could ask
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGCHLD, SIGHUP})
    ::sigaction(signal, &usual, nullptr);
  sigset_t none{};
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0) fail();
  if (::dup2(output, STDOUT_FILENO) < 0 || ::dup2(errors, STDERR_FILENO) < 0) fail();
  ::syscall(SYS_close_range, 3U, ~0U,
            4U);  // 4: CLOSE_RANGE_CLOEXEC; the way to tell a failure stays
  ::execv(words[0], words);
  fail();
  ::_exit(127);
}

}  // namespace

struct Program::State {
  /// A descriptor, closed at the end.
  class Descriptor {
   public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    void close() {
      if (number_ >= 0) ::close(number_);
      number_ = -1;
    }
    void set(int number) {
      close();
      number_ = number;
    }
    int operator*() const { return number_; }

   private:
    int number_;
  };

  struct Pipe {
    Descriptor read, write;
    explicit Pipe(const std::string& path) {
      std::array<int, 2> ends{};
      if (::pipe2(ends.data(), O_CLOEXEC) != 0) cannot_start(path, errno);
      read.set(ends[0]);
      write.set(ends[1]);
    }
  };

  /// The lines of a stream, as its bytes come.
  class Lines {
   public:
    template <class Tell>
    void add(std::string_view bytes, const Tell& tell) {
      rest_.append(bytes);
      std::size_t from = 0;
      for (std::size_t end = rest_.find('\n'); end != std::string::npos;
           from = end + 1, end = rest_.find('\n', from))
        tell(std::string_view(rest_).substr(from, end - from));
      rest_.erase(0, from);
      if (rest_.size() >= kMostLineBytes) finish(tell);
    }
    template <class Tell>
    void finish(const Tell& tell) {
      if (!rest_.empty()) tell(std::string_view(rest_));
      rest_.clear();
    }

   private:
    std::string rest_;
  };

  State(std::string its_path, const ProgramLimits& its_limits, ProgramLine its_line)
      : path(std::move(its_path)), limits(its_limits), on_line(std::move(its_line)) {}
  ~State() {
    if (child > 0 && !is_reaped) {
      ::kill(-child, SIGKILL);
      reap();
    }
  }

  void start(const std::vector<std::string>& arguments) {
    std::vector<std::string> texts = {path};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> words;
    words.reserve(texts.size() + 1);
    for (std::string& text : texts) words.push_back(text.data());
    words.push_back(nullptr);
    Pipe out(path), err(path), failure(path);
    const pid_t parent = ::getpid();
    started = ProgramClock::now();
    child = ::fork();
    if (child < 0) cannot_start(path, errno);
    if (child == 0) become(words.data(), parent, *out.write, *err.write, *failure.write);
    for (Pipe* pipe : {&out, &err, &failure}) pipe->write.close();
    // Ends when the program has begun: its side is closed by that.
    int error = 0;
    ssize_t length = 0;
    while ((length = ::read(*failure.read, &error, sizeof error)) < 0 && errno == EINTR) {
    }
    if (length > 0) {
      reap();
      cannot_start(path, error);
    }
    listen(out.read, err.read);
  }

  void listen(Descriptor& out, Descriptor& err) {
    for (int k = 0; k < 2; ++k) {
      Descriptor& from = k == 0 ? out : err;
      pipes[k].set(::fcntl(*from, F_DUPFD_CLOEXEC, 3));
      ::fcntl(*pipes[k], F_SETFL, O_NONBLOCK);
    }
    pidfd.set(static_cast<int>(::syscall(SYS_pidfd_open, child, 0U)));
    events.set(::epoll_create1(EPOLL_CLOEXEC));
    for (const int descriptor : {*pipes[0], *pipes[1], *pidfd}) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = descriptor;
      if (descriptor < 0 || ::epoll_ctl(*events, EPOLL_CTL_ADD, descriptor, &event) != 0)
        cannot_start(path, errno);
    }
  }

  void reap() {
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    is_reaped = true;
  }

  /// What has come in one of the pipes.
  void read(int k) {
    std::array<char, 65536> bytes{};
    while (*pipes[k] >= 0) {
      const ssize_t length = ::read(*pipes[k], bytes.data(), bytes.size());
      if (length < 0 && errno == EINTR) continue;
      if (length < 0) return;
      if (length == 0) return pipes[k].close();
      hear(k, {bytes.data(), static_cast<std::size_t>(length)});
    }
  }

  void hear(int k, std::string_view bytes) {
    std::string& kept = k == 0 ? end.output : end.errors;
    const std::size_t most = k == 0 ? limits.output_bytes : kMostErrorBytes;
    kept.append(bytes.substr(0, most - std::min(most, kept.size())));
    if (on_line) lines[k].add(bytes, [&](std::string_view line) { tell(k, line); });
    if (k == 0 && bytes.size() > most - std::min(most, heard)) {
      kill_for("stopped: it wrote more than " + std::to_string(most >> 20) + " MiB");
      end.is_limit = true;
    }
    if (k == 0) heard += bytes.size();
  }

  void tell(int k, std::string_view line) const {
    on_line(k == 0 ? ProgramStream::kOutput : ProgramStream::kError, line);
  }

  /// The first reason stays.
  void kill_for(const std::string& why) {
    if (end.message.empty()) end.message = why;
    ::kill(-child, SIGKILL);
    is_killed = true;
  }

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(ProgramClock::now() - started).count();
  }

  void look_at_clock() {
    if (is_killed) return;
    if (end.is_interrupted && seconds() >= interrupted_at + kGraceSeconds) {
      kill_for("interrupted");
    } else if (limits.wall_seconds > 0 && seconds() >= limits.wall_seconds) {
      char text[64];
      std::snprintf(text, sizeof text, "stopped after %.4g s: its time limit", limits.wall_seconds);
      kill_for(text);
      end.is_limit = true;
    }
  }

  [[nodiscard]] bool has_exited() const {
    pollfd exit{*pidfd, POLLIN, 0};
    return ::poll(&exit, 1, 0) > 0;
  }

  /// Once the program has ended: what it has forked ends with it, and what is in the pipes is read.
  void conclude() {
    ::kill(-child, SIGKILL);
    reap();
    for (const int k : {0, 1}) {
      read(k);
      pipes[k].close();
      if (on_line) lines[k].finish([&](std::string_view line) { tell(k, line); });
    }
    end.seconds = seconds();
    end.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (WIFSIGNALED(status) && end.message.empty())
      end.message = end.is_interrupted
                        ? "interrupted"
                        : std::string("killed by a signal (") + ::strsignal(WTERMSIG(status)) + ")";
  }

  std::string path;
  ProgramLimits limits;
  ProgramLine on_line;
  pid_t child = -1;
  int status = 0;
  std::array<Descriptor, 2> pipes;  // standard output, standard error
  std::array<Lines, 2> lines;
  Descriptor pidfd, events;
  ProgramClock::time_point started;
  double interrupted_at = 0;  // seconds after the start
  std::size_t heard = 0;      // bytes of standard output
  bool is_reaped = false, is_killed = false;
  ProgramEnd end;
};

Program::Program(const std::string& path, const std::vector<std::string>& arguments,
                 const ProgramLimits& limits, ProgramLine on_line)
    : state_(std::make_unique<State>(path, limits, std::move(on_line))) {
  state_->start(arguments);
}

Program::~Program() = default;

int Program::descriptor() const {
  return *state_->events;
}

int Program::process() const {
  return state_->child;
}

int Program::milliseconds_to_next_look() const {
  if (state_->is_killed || state_->is_reaped) return -1;
  double left = -1;
  const auto look_after = [&](double seconds) {
    const double rest = std::max(0.0, seconds - state_->seconds());
    left = left < 0 ? rest : std::min(left, rest);
  };
  if (state_->limits.wall_seconds > 0) look_after(state_->limits.wall_seconds);
  if (state_->end.is_interrupted) look_after(state_->interrupted_at + kGraceSeconds);
  if (left < 0) return -1;
  return static_cast<int>(std::min(std::ceil(left * 1000), 3'600'000.0));
}

bool Program::take() {
  if (state_->is_reaped) return true;
  state_->look_at_clock();
  for (const int k : {0, 1}) state_->read(k);
  if (!state_->has_exited()) return false;
  state_->conclude();
  return true;
}

void Program::interrupt() {
  if (state_->is_reaped || state_->end.is_interrupted) return;
  state_->end.is_interrupted = true;
  state_->interrupted_at = state_->seconds();
  ::kill(state_->child, SIGTERM);
}

ProgramEnd Program::finish() {
  while (!take()) {
    pollfd event{descriptor(), POLLIN, 0};
    ::poll(&event, 1, milliseconds_to_next_look());
  }
  return std::move(state_->end);
}

std::string own_program() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

}  // namespace engine
