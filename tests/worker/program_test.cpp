#include "worker/program.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "support/temporary_folder.hpp"

using engine::Program;
using engine::ProgramEnd;
using engine::ProgramLimits;
using engine::ProgramStream;

namespace {

ProgramEnd shell(const std::string& script, const ProgramLimits& limits = {},
                 const engine::ProgramLine& on_line = nullptr) {
  return Program("/bin/sh", {"-c", script}, limits, on_line).finish();
}

ProgramEnd interrupted_once_ready(const std::string& script) {
  bool is_ready = false;
  Program program("/bin/sh", {"-c", script}, {},
                  [&](ProgramStream, std::string_view line) { is_ready |= line == "ready"; });
  while (!is_ready && !program.take()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  program.interrupt();
  return program.finish();
}

bool is_alive(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string number, name, state;
  return stat >> number >> name >> state && state != "Z" && state != "X";
}

/// The number that a script has written into a file, once it is there.
pid_t written_pid(const std::string& path) {
  for (int k = 0; k < 500; ++k) {
    std::ifstream file(path);
    pid_t process = 0;
    if (file >> process && process > 0) return process;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return 0;
}

bool ends_soon(pid_t process) {
  for (int k = 0; k < 500 && is_alive(process); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return !is_alive(process);
}

}  // namespace

TEST_CASE("a program's exit status, output, errors and lines are told", "[worker][program]") {
  std::vector<std::string> lines;
  const ProgramEnd end = shell(
      "echo one; echo two >&2; printf three; exit 7", {},
      [&](ProgramStream stream, std::string_view line) {
        lines.push_back((stream == ProgramStream::kOutput ? "out " : "err ") + std::string(line));
      });
  CHECK(end.exit_status == 7);
  CHECK(end.output == "one\nthree");
  CHECK(end.errors == "two\n");
  CHECK(end.message.empty());
  CHECK_FALSE(end.is_limit);
  CHECK_FALSE(end.is_interrupted);
  std::sort(lines.begin(), lines.end());
  CHECK(lines == std::vector<std::string>{"err two", "out one", "out three"});
}

TEST_CASE("a program has its arguments as they are, no input and none of our descriptors",
          "[worker][program]") {
  const int ours = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  REQUIRE(ours >= 3);
  const ProgramEnd end =
      Program("/bin/sh",
              {"-c", "cat; ls /proc/self/fd | wc -l; printf '%s|' \"$@\"", "x", "a b", "", "'c\""},
              {})
          .finish();
  ::close(ours);
  CHECK(end.output == "4\na b||'c\"|");  // 0, 1, 2, and the folder that ls reads
}

TEST_CASE("a program that is not there is refused with its path", "[worker][program]") {
  CHECK_THROWS_WITH(Program("/no/such/program", {}, {}), "cannot start /no/such/program");
}

TEST_CASE("a program and what it has forked are killed at the time limit", "[worker][program]") {
  const TemporaryFolder folder;
  const auto begun = std::chrono::steady_clock::now();
  const ProgramEnd end = shell(
      "trap '' TERM; sleep 100 & echo $! > " + folder.file("pid") + "; echo begun; wait; wait",
      {.wall_seconds = 0.3});
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
  CHECK(end.is_limit);
  CHECK(end.exit_status == 128 + SIGKILL);
  CHECK(end.message == "stopped after 0.3 s: its time limit");
  CHECK(end.output == "begun\n");
  CHECK(ends_soon(written_pid(folder.file("pid"))));
}

TEST_CASE("what a program leaves behind ends with it", "[worker][program]") {
  const TemporaryFolder folder;
  const ProgramEnd end = shell("sleep 100 & echo $! > " + folder.file("pid"));
  CHECK(end.exit_status == 0);
  CHECK(end.seconds < 5);
  CHECK(ends_soon(written_pid(folder.file("pid"))));
}

TEST_CASE("a program that writes without end is ended", "[worker][program]") {
  const ProgramEnd end = shell("yes", {.output_bytes = 3 << 20});
  CHECK(end.is_limit);
  CHECK(end.message == "stopped: it wrote more than 3 MiB");
  CHECK(end.output.size() == 3 << 20);
}

TEST_CASE("a program is asked to end and has time to", "[worker][program]") {
  const ProgramEnd end = interrupted_once_ready(
      "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
  CHECK(end.is_interrupted);
  CHECK(end.exit_status == 3);
  CHECK(end.message.empty());
  CHECK(end.output == "ready\nbye\n");
}

TEST_CASE("a program that will not end is killed two seconds after it was asked",
          "[worker][program]") {
  const ProgramEnd end =
      interrupted_once_ready("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  CHECK(end.is_interrupted);
  CHECK(end.message == "interrupted");
  CHECK(end.exit_status == 128 + SIGKILL);
  CHECK(end.seconds > 1.9);
  CHECK(end.seconds < 10);
}

TEST_CASE("a program dies with who waits for it, however that dies", "[worker][program]") {
  const TemporaryFolder folder;
  const pid_t waiter = ::fork();
  if (waiter == 0) {
    shell("echo $$ > " + folder.file("pid") + "; exec sleep 100");
    ::_exit(0);
  }
  const pid_t program = written_pid(folder.file("pid"));
  REQUIRE(program > 0);
  ::kill(waiter, SIGKILL);
  ::waitpid(waiter, nullptr, 0);
  CHECK(ends_soon(program));
}

TEST_CASE("signals that we ignore or block are not a program's affair", "[worker][program]") {
  std::signal(SIGPIPE, SIG_IGN);
  const ProgramEnd end = shell("yes | head -1; grep -E 'SigBlk|SigIgn' /proc/self/status");
  std::signal(SIGPIPE, SIG_DFL);
  CHECK(end.output == "y\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}
