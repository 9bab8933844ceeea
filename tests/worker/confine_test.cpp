#include "worker/confine.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <functional>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "worker/background_worker.hpp"
#include "worker/worker.hpp"

using engine::Channel;
using engine::Heartbeat;

namespace {

/// Runs each attempt in one worker, confined unless told otherwise; gives "" for success, else the
/// error's words.
std::vector<std::string> attempt(const std::vector<std::function<long()>>& attempts,
                                 bool is_confined = true) {
  engine::WorkerLimits limits;
  limits.is_confined = is_confined;
  std::vector<std::string> results;
  const engine::WorkerEnd end = engine::run_in_worker(
      limits,
      [&](Channel& channel, Heartbeat&) {
        for (const auto& action : attempts) {
          errno = 0;
          channel.send(1, action() >= 0 ? "" : std::strerror(errno));
        }
        return 0;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        while (channel.receive(kind, bytes)) results.push_back(bytes);
      });
  CHECK(end.message.empty());
  return results;
}

}  // namespace

TEST_CASE("a confined worker cannot change files, reach the network or start programs",
          "[worker][confine]") {
  const std::string file = std::string(PLAYLIST_BUILD_DIR) + "/confined_test_file";
  const char* const path = file.c_str();
  std::fclose(std::fopen(path, "w"));
  const pid_t supervisor = ::getpid();
  const int inherited = ::open(path, O_WRONLY);
  const std::vector<std::function<long()>> refused = {
      [&] { return ::open(path, O_WRONLY); },
      [&] { return ::open(path, O_RDWR); },
      [&] { return ::open((file + ".new").c_str(), O_RDONLY | O_CREAT, 0600); },
      [&] { return ::open(path, O_RDONLY | O_TRUNC); },
      [&] { return ::syscall(SYS_openat, AT_FDCWD, path, O_APPEND | O_WRONLY, 0); },
      [&] { return ::unlink(path); },
      [&] { return ::rename(path, (file + ".moved").c_str()); },
      [&] { return ::mkdir((file + ".folder").c_str(), 0700); },
      [&] { return ::chmod(path, 0777); },
      [&] { return ::truncate(path, 10); },
      [&] { return ::symlink("/", (file + ".link").c_str()); },
      [] { return ::socket(AF_INET, SOCK_STREAM, 0); },
      [] { return ::socket(AF_UNIX, SOCK_STREAM, 0); },
      [] { return ::execl("/bin/true", "true", nullptr); },
      [] { return static_cast<long>(::fork()); },
      [&] { return ::kill(supervisor, SIGTERM); },
      [] {
        const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
        return ::setrlimit(RLIMIT_CPU, &limit);
      },
  };
  const std::vector<std::string> answers = attempt(refused);
  REQUIRE(answers.size() == refused.size());
  for (std::size_t k = 0; k < answers.size(); ++k) {
    CAPTURE(k);
    CHECK(answers[k] == "Permission denied");
  }
  const std::vector<std::string> absent = attempt({
      [&] { return ::write(inherited, "x", 1); },
      [] { return ::syscall(425, 8, nullptr); },  // io_uring_setup
  });
  CHECK(absent == std::vector<std::string>{"Bad file descriptor", "Function not implemented"});
  struct stat status {};
  REQUIRE(::stat(path, &status) == 0);
  CHECK(status.st_size == 0);
  ::close(inherited);
  std::remove(path);
}

namespace {

/// What no worker with a stranger's code in it may do, whatever else it may.
std::vector<std::function<long()>> ways_out(pid_t supervisor, int* pipe) {
  return {
      [] { return static_cast<long>(::fork()); },
      [] { return ::syscall(SYS_vfork); },
      [] { return ::execl("/bin/true", "true", nullptr); },
      [=] { return static_cast<long>(::kill(supervisor, SIGTERM)); },
      [] { return static_cast<long>(::kill(0, SIGCONT)); },
      [=] { return static_cast<long>(::fcntl(pipe[0], F_SETOWN, supervisor)); },
      [=] { return static_cast<long>(::fcntl(pipe[0], 10 /* F_SETSIG */, SIGTERM)); },
      [=] {
        int owner[2] = {1, supervisor};  // struct f_owner_ex: a process
        return static_cast<long>(::fcntl(pipe[0], 15 /* F_SETOWN_EX */, owner));
      },
      [=] { return static_cast<long>(::ioctl(pipe[0], 0x8901 /* FIOSETOWN */, &supervisor)); },
      [=] { return static_cast<long>(::fcntl(pipe[0], 1031 /* F_SETPIPE_SZ */, 1 << 20)); },
      [] { return ::syscall(SYS_memfd_create, "x", 0); },
      [] { return ::syscall(SYS_shmget, 0, 1 << 20, 0600); },
      [=] { return static_cast<long>(::setpriority(PRIO_PROCESS, supervisor, 19)); },
      [] { return static_cast<long>(::prctl(PR_SET_PDEATHSIG, 0)); },
      [] { return static_cast<long>(::setsid()); },
      [] {
        const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
        return static_cast<long>(::setrlimit(RLIMIT_AS, &limit));
      },
  };
}

}  // namespace

TEST_CASE("no way out of one process is open to confined workers", "[worker][confine]") {
  int pipe[2];
  std::vector<std::function<long()>> ways = {[&] { return static_cast<long>(::pipe(pipe)); }};
  for (auto& way : ways_out(::getpid(), pipe)) ways.push_back(std::move(way));
  const std::vector<std::string> answers = attempt(ways);
  REQUIRE(answers.size() == ways.size());
  CHECK(answers[0].empty());
  for (std::size_t k = 1; k < answers.size(); ++k) {
    CAPTURE(k);
    CHECK(answers[k] == "Permission denied");
  }
}

TEST_CASE("a worker kept to one process writes files and starts threads, and has no way out",
          "[worker][confine]") {
  const std::string file = std::string(PLAYLIST_BUILD_DIR) + "/kept_test_file";
  int pipe[2];
  std::vector<std::function<long()>> ways = {
      [&] {
        engine::keep_to_one_process();
        return static_cast<long>(::pipe(pipe));
      },
      [&] { return static_cast<long>(::open(file.c_str(), O_WRONLY | O_CREAT, 0600)); },
      [&] { return static_cast<long>(::unlink(file.c_str())); },
      [] { return static_cast<long>(::socket(AF_INET, SOCK_STREAM, 0)); },
      [] {
        long done = -1;
        std::thread([&] { done = 0; }).join();
        return done;
      },
  };
  const std::size_t allowed = ways.size();
  for (auto& way : ways_out(::getpid(), pipe)) ways.push_back(std::move(way));
  const std::vector<std::string> answers = attempt(ways, /*is_confined=*/false);
  REQUIRE(answers.size() == ways.size());
  for (std::size_t k = 0; k < answers.size(); ++k) {
    CAPTURE(k);
    CHECK(answers[k] == (k < allowed ? "" : "Permission denied"));
  }
}

TEST_CASE("a confined worker that may use the network connects, and does nothing else more",
          "[worker][confine]") {
  const std::vector<std::string> answers =
      attempt({
                  [] {
                    engine::confine_process(engine::Network::kAllowed);
                    const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
                    sockaddr_in nobody{};
                    nobody.sin_family = AF_INET;
                    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
                    return static_cast<long>(
                        ::connect(connection, reinterpret_cast<sockaddr*>(&nobody), sizeof nobody));
                  },
                  [] { return static_cast<long>(::socket(AF_INET6, SOCK_STREAM, 0)); },
                  [] { return static_cast<long>(::socket(AF_UNIX, SOCK_STREAM, 0)); },
                  [] { return static_cast<long>(::socket(AF_NETLINK, SOCK_RAW, 0)); },
                  [] { return static_cast<long>(::listen(0, 1)); },
                  [] { return static_cast<long>(::open("/tmp", O_RDWR)); },
                  [] { return static_cast<long>(::fork()); },
              },
              /*is_confined=*/false);
  const std::string denied = "Permission denied";
  CHECK(answers ==
        std::vector<std::string>{"Connection refused", "", denied, denied, denied, denied, denied});
}

TEST_CASE("a confined worker still reads files, maps memory, starts threads and loads libraries",
          "[worker][confine]") {
  const std::vector<std::string> answers = attempt({
      [] { return ::open("/proc/self/status", O_RDONLY); },
      [] {
        void* code = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return code == MAP_FAILED ? -1L : 0L;
      },
      [] {
        long done = -1;
        std::thread([&] { done = 0; }).join();
        return done;
      },
      [] { return ::dlopen("libm.so.6", RTLD_NOW) != nullptr ? 0L : -1L; },
      [] {
        rlimit limit{};
        return static_cast<long>(::getrlimit(RLIMIT_CPU, &limit));
      },
  });
  CHECK(answers == std::vector<std::string>(5));
}

TEST_CASE("a process that serves takes connections, and opens nothing more", "[worker][confine]") {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(::listen(listening, 4) == 0);
  REQUIRE(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  const int caller = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(caller, reinterpret_cast<sockaddr*>(&address), length) == 0);
  int kept_open[2];
  REQUIRE(::pipe2(kept_open, O_CLOEXEC) == 0);
  const std::vector<int> kept{listening};
  engine::BackgroundWorker worker(
      {},
      [&](Channel& channel, Heartbeat&) {
        engine::confine_process(engine::Network::kServing);
        const auto tell = [&](long result) {
          channel.send(1, result >= 0 ? "" : std::strerror(errno));
        };
        tell(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
        tell(::open("/tmp/serving-test", O_WRONLY | O_CREAT, 0600));
        tell(::open("/etc/passwd", O_RDONLY));
        tell(::socket(AF_INET, SOCK_STREAM, 0));
        tell(::fork());
        tell(::fcntl(kept_open[0], F_GETFD));  // not among those kept
        return 0;
      },
      &kept);
  std::vector<std::string> results;
  for (bool is_alive = true; is_alive;) {
    pollfd sources[2] = {{worker.socket(), POLLIN, 0}, {worker.process(), POLLIN, 0}};
    ::poll(sources, 2, 1000);
    is_alive = worker.pump();
    std::uint32_t kind = 0;
    for (std::string bytes; worker.take(kind, bytes);) results.push_back(bytes);
  }
  CHECK(worker.finish().is_done);
  REQUIRE(results.size() == 6);
  CHECK(results[0].empty());
  for (const std::size_t k : {1u, 2u, 3u}) CHECK(results[k] == "Permission denied");
  CHECK_FALSE(results[4].empty());
  CHECK(results[5] == "Bad file descriptor");
  for (const int descriptor : {listening, caller, kept_open[0], kept_open[1]})
    CHECK(::close(descriptor) == 0);  // the parent's own stay open
}
