#include "worker/worker.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <numeric>
#include <signal.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "worker/limits.hpp"

using engine::Channel;
using engine::Heartbeat;
using engine::run_in_process;
using engine::run_in_worker;
using engine::WorkerEnd;
using engine::WorkerLimits;

namespace {

void ignore_frames(Channel& channel) {
  std::uint32_t kind = 0;
  std::string bytes;
  while (channel.receive(kind, bytes)) {
  }
}

WorkerEnd run(const WorkerLimits& limits, const std::function<int(Channel&, Heartbeat&)>& job) {
  return run_in_worker(limits, job, ignore_frames);
}

WorkerLimits wall(double seconds) {
  WorkerLimits limits;
  limits.wall_seconds = seconds;
  return limits;
}

[[noreturn]] void spin() {
  volatile std::uint64_t turns = 0;
  while (true) turns = turns + 1;
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

std::string pattern(std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t k = 0; k < length; ++k) text[k] = static_cast<char>(k * 31 + (k >> 12));
  return text;
}

}  // namespace

TEST_CASE("a worker's frames arrive in order, whatever their size", "[worker]") {
  const std::vector<std::size_t> sizes = {0, 1, 11, 4096, 65'537, 5'000'000, 3, 0};
  std::vector<std::size_t> received;
  const WorkerEnd end = run_in_worker(
      {},
      [&](Channel& channel, Heartbeat&) {
        for (std::size_t k = 0; k < sizes.size(); ++k) {
          channel.send(static_cast<std::uint32_t>(k), pattern(sizes[k]));
        }
        return 3;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        while (channel.receive(kind, bytes)) {
          CHECK(kind == received.size());
          CHECK((bytes == pattern(bytes.size())));
          received.push_back(bytes.size());
        }
      });
  CHECK(received == sizes);
  CHECK(end.is_done);
  CHECK(end.exit_code == 3);
  CHECK(end.message.empty());
  CHECK(end.peak_bytes > 0);
}

TEST_CASE("frames are delivered while the worker works", "[worker]") {
  std::chrono::steady_clock::time_point first;
  const auto start = std::chrono::steady_clock::now();
  const WorkerEnd end = run_in_worker(
      {},
      [](Channel& channel, Heartbeat&) {
        channel.send(1, "early");
        sleep_seconds(0.3);
        return 0;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        REQUIRE(channel.receive(kind, bytes));
        first = std::chrono::steady_clock::now();
        CHECK_FALSE(channel.receive(kind, bytes));
      });
  CHECK(end.wall_ms >= 300);
  CHECK(std::chrono::duration<double, std::milli>(first - start).count() < end.wall_ms - 150);
}

TEST_CASE("the supervisor answers, and two large senders do not wait for each other", "[worker]") {
  const std::size_t size = 8'000'000;  // far above what a socket buffers
  std::size_t sum = 0;
  const WorkerEnd end = run_in_worker(
      {},
      [&](Channel& channel, Heartbeat&) {
        channel.send(1, pattern(size));
        channel.send(2, pattern(size + 1));
        std::uint32_t kind = 0;
        std::string answer;
        if (!channel.receive(kind, answer) || kind != 7) return 1;
        return answer == pattern(size + 2) ? 0 : 2;
      },
      [&](Channel& channel) {
        channel.send(7, pattern(size + 2));
        std::uint32_t kind = 0;
        std::string bytes;
        while (channel.receive(kind, bytes)) {
          CHECK((bytes == pattern(bytes.size())));
          sum += bytes.size();
        }
      });
  CHECK(end.is_done);
  CHECK(end.exit_code == 0);
  CHECK(sum == 2 * size + 1);
}

TEST_CASE("frames nobody reads are dropped and the worker still ends", "[worker]") {
  const WorkerEnd end = run_in_worker(
      {},
      [](Channel& channel, Heartbeat&) {
        for (int k = 0; k < 20; ++k) channel.send(1, pattern(1'000'000));
        return 0;
      },
      [](Channel&) {});
  CHECK(end.is_done);
}

TEST_CASE("a worker that runs too long is killed and its stage named", "[worker]") {
  const WorkerEnd end = run(wall(0.3), [](Channel&, Heartbeat& heartbeat) -> int {
    heartbeat.doing("ranking.bad (recipes/x.lua:4)");
    spin();
  });
  CHECK_FALSE(end.is_done);
  CHECK(end.is_limit);
  CHECK_THAT(end.message,
             Catch::Matches("stopped after 0\\.[3-9][0-9] s: the worker did not "
                            "answer; it was in: ranking\\.bad \\(recipes/x\\.lua:4\\)"));
  CHECK(end.wall_ms >= 300);
  CHECK(end.wall_ms < 3000);
}

TEST_CASE("a worker that floods its supervisor is stopped all the same", "[worker]") {
  const WorkerEnd end = run(wall(0.3), [](Channel& channel, Heartbeat&) -> int {
    while (true) channel.send(1, "x");
  });
  CHECK(end.is_limit);
  CHECK_THAT(end.message, Catch::StartsWith("stopped after 0."));
}

TEST_CASE("a worker that burns its CPU time is stopped", "[worker]") {
  WorkerLimits limits;
  limits.cpu_seconds = 1;
  const WorkerEnd end = run(limits, [](Channel&, Heartbeat& heartbeat) -> int {
    heartbeat.doing("recall.slow");
    spin();
  });
  CHECK(end.is_limit);
  CHECK(end.message == "stopped after 1 s of CPU time; it was in: recall.slow");
}

TEST_CASE("a silent worker is stopped by its heartbeat, a beating one is not", "[worker]") {
  WorkerLimits limits;
  limits.heartbeat_seconds = 0.3;
  const WorkerEnd silent = run(limits, [](Channel&, Heartbeat& heartbeat) -> int {
    heartbeat.doing("recall.silent");
    spin();
  });
  CHECK(silent.is_limit);
  CHECK(silent.message == "stopped: no sign of life for 0.30 s; it was in: recall.silent");

  const WorkerEnd beating = run(limits, [](Channel&, Heartbeat& heartbeat) {
    for (int k = 0; k < 20; ++k) {
      sleep_seconds(0.05);
      heartbeat.beat();
    }
    return 0;
  });
  CHECK(beating.is_done);
}

TEST_CASE("a slow supervisor is not held against the worker's heartbeat", "[worker]") {
  WorkerLimits limits;
  limits.heartbeat_seconds = 0.2;
  const WorkerEnd end = run_in_worker(
      limits,
      [](Channel& channel, Heartbeat&) {
        for (int k = 0; k < 4; ++k) channel.send(1, pattern(4'000'000));
        return 0;
      },
      [](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        while (channel.receive(kind, bytes)) sleep_seconds(0.3);
      });
  CHECK(end.is_done);
  CHECK(end.message.empty());
}

TEST_CASE("a crash names the signal and the stage", "[worker]") {
  const WorkerEnd end = run({}, [](Channel&, Heartbeat& heartbeat) {
    heartbeat.doing("ranking.crash (recipes/x.lua:1)");
    ::signal(SIGSEGV, SIG_DFL);  // sanitizers catch it
    ::raise(SIGSEGV);
    return 0;
  });
  CHECK_FALSE(end.is_done);
  CHECK_FALSE(end.is_limit);
  CHECK(end.message ==
        "the worker crashed (Segmentation fault); it was in: ranking.crash (recipes/x.lua:1)");
}

TEST_CASE("other ways for a worker to end early are told apart", "[worker]") {
  CHECK(run({}, [](Channel&, Heartbeat&) -> int { ::_exit(9); }).message ==
        "the worker ended early with exit status 9");
  CHECK(run({}, [](Channel&, Heartbeat&) -> int { return ::kill(::getpid(), SIGKILL); }).message ==
        "the worker was killed (Killed)");
  CHECK(run({}, [](Channel&, Heartbeat& heartbeat) -> int {
          heartbeat.doing("building");
          throw std::runtime_error("no such file");
        }).message == "no such file; it was in: building");
  CHECK(run({}, [](Channel&, Heartbeat&) -> int { throw 5; }).message ==
        "the worker failed with an unknown exception");
}

TEST_CASE("a worker that gives up tells what and where, and counts as stopped", "[worker]") {
  const WorkerEnd end = run(wall(60), [](Channel&, Heartbeat& heartbeat) -> int {
    heartbeat.doing("a stage");
    heartbeat.give_up("stopped: it ran longer than 1 s", "recipes/x.lua:12");
  });
  CHECK_FALSE(end.is_done);
  CHECK(end.is_limit);
  CHECK(end.message == "stopped: it ran longer than 1 s");
  CHECK(end.where == "recipes/x.lua:12");
  // Nobody else is believed to be somewhere.
  CHECK(run(wall(60), [](Channel&, Heartbeat&) { return 0; }).where.empty());
}

TEST_CASE("a frame cut off by the worker's death is not delivered", "[worker]") {
  int frames = 0;
  run_in_worker(
      wall(0.5),
      [](Channel& channel, Heartbeat&) -> int {
        channel.send(1, "whole");
        std::thread([] {
          sleep_seconds(0.1);
          ::_exit(2);
        }).detach();
        channel.send(2, pattern(60'000'000));
        return 0;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        REQUIRE(channel.receive(kind, bytes));
        sleep_seconds(0.3);  // the worker dies in the middle of its second frame
        while (channel.receive(kind, bytes)) ++frames;
      });
  CHECK(frames == 0);
}

TEST_CASE("memory is limited above what is mapped at the fork", "[worker]") {
  if (!engine::limits_memory()) {
    WARN("skipped: sanitizers reserve more address space than any limit");
    return;
  }
  WorkerLimits limits;
  limits.memory_bytes = 64u << 20;
  const WorkerEnd end = run(limits, [](Channel&, Heartbeat& heartbeat) {
    heartbeat.doing("ranking.eat");
    std::vector<std::vector<char>> all;
    while (true) all.emplace_back(1u << 20, 'x');
    return 0;
  });
  CHECK(end.is_limit);
  CHECK(end.message == "out of memory: more than 64 MB; it was in: ranking.eat");
  CHECK(run(limits, [](Channel&, Heartbeat&) {
          return std::vector<char>(32u << 20, 'x')[5] == 'x' ? 0 : 1;
        }).is_done);
}

TEST_CASE("an interrupt reaches the worker, which may end in good order", "[worker]") {
  const WorkerEnd end = run_in_worker(
      {},
      [](Channel& channel, Heartbeat& heartbeat) {
        channel.send(1, "ready");
        while (!heartbeat.is_interrupted()) sleep_seconds(0.01);
        channel.send(2, "closing");
        return 130;
      },
      [](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        REQUIRE(channel.receive(kind, bytes));
        ::kill(::getpid(), SIGINT);
        REQUIRE(channel.receive(kind, bytes));
        CHECK(bytes == "closing");
      });
  CHECK(end.is_done);
  CHECK(end.is_interrupted);
  CHECK(end.exit_code == 130);
}

TEST_CASE("a worker deaf to the interrupt is killed after two seconds", "[worker]") {
  const WorkerEnd end = run_in_worker(
      {},
      [](Channel& channel, Heartbeat&) -> int {
        channel.send(1, "ready");
        spin();
      },
      [](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        REQUIRE(channel.receive(kind, bytes));
        ::kill(::getpid(), SIGINT);
      });
  CHECK_FALSE(end.is_done);
  CHECK(end.is_interrupted);
  CHECK_FALSE(end.is_limit);
  CHECK(end.message == "interrupted");
  CHECK(end.wall_ms > 1900);
}

TEST_CASE("an exception of the supervisor kills the worker and comes through", "[worker]") {
  pid_t worker = 0;
  const auto failing = [&](Channel& channel) {
    std::uint32_t kind = 0;
    std::string bytes;
    REQUIRE(channel.receive(kind, bytes));
    worker = static_cast<pid_t>(std::stol(bytes));
    throw std::runtime_error("the store is full");
  };
  CHECK_THROWS_WITH(run_in_worker(
                        {},
                        [](Channel& channel, Heartbeat&) -> int {
                          channel.send(1, std::to_string(::getpid()));
                          spin();
                        },
                        failing),
                    "the store is full");
  CHECK(::kill(worker, 0) == -1);  // dead and reaped
}

TEST_CASE("a worker needs a caller with one thread", "[worker]") {
  std::atomic<bool> is_over{false};
  std::thread other([&] {
    while (!is_over) sleep_seconds(0.01);
  });
  CHECK_THROWS_WITH(run({}, [](Channel&, Heartbeat&) { return 0; }),
                    "a worker needs a process with one thread to fork from, this one has 2");
  is_over = true;
  other.join();
}

TEST_CASE("in process the same job gives the same frames and end", "[worker]") {
  std::vector<std::string> received;
  const WorkerEnd end = run_in_process(
      [](Channel& channel, Heartbeat& heartbeat) {
        heartbeat.doing("a");
        channel.send(1, "one");
        channel.send(2, "two");
        return 4;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        std::string bytes;
        while (channel.receive(kind, bytes)) received.push_back(bytes);
      });
  CHECK(end.is_done);
  CHECK(end.exit_code == 4);
  CHECK(received == std::vector<std::string>{"one", "two"});

  const WorkerEnd failed = run_in_process(
      [](Channel&, Heartbeat& heartbeat) -> int {
        heartbeat.doing("b");
        throw std::runtime_error("broken");
      },
      ignore_frames);
  CHECK_FALSE(failed.is_done);
  CHECK(failed.message == "broken; it was in: b");
}

namespace {

/// Puts back a limit of this process that a test has lowered.
class LoweredLimit {
 public:
  LoweredLimit(__rlimit_resource_t resource, rlim_t soft) : resource_(resource) {
    ::getrlimit(resource, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = soft;
    REQUIRE(::setrlimit(resource, &lowered) == 0);
  }
  ~LoweredLimit() { ::setrlimit(resource_, &before_); }
  LoweredLimit(const LoweredLimit&) = delete;
  LoweredLimit& operator=(const LoweredLimit&) = delete;

 private:
  __rlimit_resource_t resource_;
  rlimit before_{};
};

/// As a plugin does that takes the descriptors for its own.
void write_to_every_socket(std::string_view bytes) {
  for (int descriptor = 3; descriptor < 64; ++descriptor) {
    int type = 0;
    socklen_t length = sizeof type;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0) continue;
    if (::write(descriptor, bytes.data(), bytes.size()) < 0) ::_exit(3);
  }
}

bool is_there(pid_t process) {
  return ::kill(process, 0) == 0;
}

}  // namespace

TEST_CASE("bytes that are no frame end the worker and its stage is named", "[worker]") {
  const std::string noise = GENERATE(std::string(64, '\xff'), std::string(64, '\0'),
                                     std::string("{\"fake\":1}"), std::string(1, 'x'));
  std::vector<std::string> frames;
  const WorkerEnd end = run_in_worker(
      {},
      [&](Channel& channel, Heartbeat& heartbeat) -> int {
        channel.send(1, "before");
        heartbeat.doing("ranking.noisy (recipes/x.lua:4)");
        write_to_every_socket(noise);
        channel.send(2, "after");
        return 0;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        for (std::string bytes; channel.receive(kind, bytes);) frames.push_back(bytes);
      });
  CHECK(frames == std::vector<std::string>{"before"});
  CHECK_FALSE(end.is_done);
  CHECK_FALSE(end.is_limit);
  CHECK(end.message ==
        "stopped: bytes that are no message came from the worker, so something in it writes to "
        "files that it has not opened; it was in: ranking.noisy (recipes/x.lua:4)");
}

TEST_CASE("limits that the engine was started under hold where they are lower", "[worker]") {
  const LoweredLimit cpu(RLIMIT_CPU, 1000), files(RLIMIT_FSIZE, 1u << 20);
  WorkerLimits limits;
  limits.cpu_seconds = 5000;
  const auto cpu_of_worker = [&] {
    return run(limits,
               [](Channel&, Heartbeat&) {
                 rlimit own{};
                 ::getrlimit(RLIMIT_CPU, &own);
                 return static_cast<int>(own.rlim_cur);
               })
        .exit_code;
  };
  CHECK(cpu_of_worker() == 1000);
  limits.cpu_seconds = 20;
  CHECK(cpu_of_worker() == 20);
  limits.cpu_seconds = 0;
  CHECK(cpu_of_worker() == 1000);
}

TEST_CASE("a worker that meets an inherited limit is told from one that meets ours", "[worker]") {
  WorkerLimits limits;
  limits.cpu_seconds = 1;
  const auto spinning = [](Channel&, Heartbeat&) -> int { spin(); };
  const WorkerEnd own = run(limits, spinning);
  CHECK_FALSE(own.is_inherited_limit);
  CHECK(engine::limit_fix(own) == "if it needs more, raise the limit (see: engine config show)");

  // This process has used CPU time before: the limit counts from there for it, not for its worker.
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 2);
  const LoweredLimit lowered(RLIMIT_CPU, seconds);
  limits.cpu_seconds = 5000;
  const WorkerEnd inherited = run(limits, spinning);
  CHECK(inherited.is_limit);
  CHECK(inherited.is_inherited_limit);
  CHECK(inherited.message == "stopped after " + std::to_string(seconds) + " s of CPU time");
  CHECK_THAT(engine::limit_fix(inherited), Catch::Contains("ulimit"));
}

TEST_CASE("an inherited memory limit holds, and one that leaves no room is said", "[worker]") {
  if (!engine::limits_memory()) {
    WARN("skipped: sanitizers reserve more address space than any limit");
    return;
  }
  const std::size_t mapped = engine::worker::mapped_bytes();
  WorkerLimits limits;
  limits.memory_bytes = std::size_t{4} << 30;
  {
    const LoweredLimit lowered(RLIMIT_AS, mapped + (200u << 20));
    const WorkerEnd end = run(limits, [](Channel&, Heartbeat&) {
      std::vector<std::vector<char>> all;
      while (true) all.emplace_back(1u << 20, 'x');
      return 0;
    });
    CHECK(end.is_inherited_limit);
    CHECK_THAT(end.message, Catch::Matches("out of memory: more than (19[0-9]|200) MB"));
  }
  const LoweredLimit lowered(RLIMIT_AS, mapped + (8u << 20));
  try {
    run(limits, [](Channel&, Heartbeat&) { return 0; });
    FAIL("it started");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kLimits);
    CHECK_THAT(error.text(),
               Catch::Contains("too little memory for a worker") && Catch::Contains("ulimit -v"));
  }
}

TEST_CASE("processes that a worker has started end with it, however it ends", "[worker]") {
  const std::string way = GENERATE(as<std::string>(), "returns", "crashes", "hangs");
  std::vector<pid_t> started;
  const WorkerEnd end = run_in_worker(
      wall(way == "hangs" ? 1.5 : 60),
      [&](Channel& channel, Heartbeat&) -> int {
        const pid_t child = ::fork();
        if (child == 0) {
          if (::fork() == 0) {
            ::setsid();  // a daemon: out of the session, and its parent is gone
            channel.send(1, std::to_string(::getpid()));
            while (true) ::pause();
          }
          ::_exit(0);
        }
        const pid_t sleeper = ::fork();
        if (sleeper == 0) {
          while (true) ::pause();
        }
        channel.send(1, std::to_string(sleeper));
        while (way == "hangs") ::pause();
        sleep_seconds(0.5);  // until the daemon has told its number
        if (way == "crashes") ::_exit(9);
        return 0;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        for (std::string bytes; channel.receive(kind, bytes);)
          started.push_back(static_cast<pid_t>(std::stol(bytes)));
      });
  CHECK(end.is_done == (way == "returns"));
  REQUIRE_FALSE(started.empty());
  for (const pid_t process : started) CHECK_FALSE(is_there(process));
}

TEST_CASE("children that were there before a worker are left alone", "[worker]") {
  const pid_t own = ::fork();
  if (own == 0) {
    while (true) ::pause();
  }
  CHECK(run({}, [](Channel&, Heartbeat&) { return ::fork() == 0 ? (::pause(), 0) : 0; }).is_done);
  CHECK(::waitpid(own, nullptr, WNOHANG) == 0);
  ::kill(own, SIGKILL);
  CHECK(::waitpid(own, nullptr, 0) == own);
}

TEST_CASE("what a worker prints does not reach the standard output", "[worker]") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  const int before = ::dup(STDOUT_FILENO), errors = ::dup(STDERR_FILENO);
  const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  std::cout.flush();  // what the test program itself has said so far
  ::dup2(ends[1], STDOUT_FILENO);
  ::dup2(nothing, STDERR_FILENO);
  const WorkerEnd end = run({}, [](Channel&, Heartbeat&) {
    return ::write(STDOUT_FILENO, "{\"fake\":1}\n", 11) == 11 ? 0 : 1;
  });
  ::dup2(before, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  char byte = 0;
  CHECK(::read(ends[0], &byte, 1) == -1);
  CHECK(end.exit_code == 0);
  for (const int descriptor : {ends[0], ends[1], before, errors, nothing}) ::close(descriptor);
}

TEST_CASE("to ask whether it is interrupted is a sign of life", "[worker]") {
  WorkerLimits limits;
  limits.heartbeat_seconds = 1;
  const WorkerEnd end = run(limits, [](Channel&, Heartbeat& heartbeat) {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(2500)) {
      if (heartbeat.is_interrupted()) return 1;
      sleep_seconds(0.02);
    }
    return 0;
  });
  CHECK(end.is_done);
  CHECK(end.message.empty());
}
