// The engine as a program of its own, from its start to its exit.
#pragma once

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace bench {

struct EngineRun {
  double ms = 0;
  double cpu_ms = 0;   // of the processor, its workers' too
  double peak_mb = 0;  // of the largest of its processes
};

/// With its results in the file `out`, and what else it says thrown away. Throws where it ends with another
/// status than 0.
inline EngineRun run_engine(const std::vector<std::string>& arguments,
                            const std::string& out = "/dev/null") {
  std::vector<std::string> texts = {std::string(PLAYLIST_BUILD_DIR) + "/engine"};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int failed = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start the engine");
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::string call;
    for (const std::string& argument : arguments) call += " " + argument;
    throw std::runtime_error("the engine failed:" + call);
  }
  const auto ms_of = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return {.ms = took.count(),
          .cpu_ms = ms_of(usage.ru_utime) + ms_of(usage.ru_stime),
          .peak_mb = static_cast<double>(usage.ru_maxrss) / 1024};
}

}  // namespace bench
