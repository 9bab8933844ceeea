#include "support/program.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace support {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Reads both pipes until their ends.
void read_both(std::array<int, 2> pipes, std::array<std::string*, 2> texts) {
  std::array<pollfd, 2> polled = {pollfd{pipes[0], POLLIN, 0}, pollfd{pipes[1], POLLIN, 0}};
  int open = 2;
  std::array<char, 65536> buffer;
  while (open > 0) {
    poll(polled.data(), polled.size(), -1);
    for (std::size_t k = 0; k < 2; ++k) {
      if (polled[k].fd < 0 || polled[k].revents == 0) continue;
      const ssize_t n = read(polled[k].fd, buffer.data(), buffer.size());
      if (n > 0) {
        texts[k]->append(buffer.data(), static_cast<std::size_t>(n));
      } else {
        close(polled[k].fd);
        polled[k].fd = -1;
        --open;
      }
    }
  }
}

}  // namespace

Ended run_program(const std::vector<std::string>& argv,
                  const std::map<std::string, std::string>& environment,
                  const std::string& folder) {
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe");
  std::vector<std::string> arguments = argv;
  const std::vector<char*> list = pointers(arguments);
  const pid_t child = fork();
  if (child == 0) {
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execvp(list[0], list.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  Ended ended;
  read_both({out[0], err[0]}, {&ended.out, &ended.err});
  int status = 0;
  waitpid(child, &status, 0);
  ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

EngineHome::EngineHome()
    : environment_{
          {"HOME", folder_.path()},
          {"XDG_DATA_HOME", folder_.file("data")},
          {"XDG_CONFIG_HOME", folder_.file("config")},
          // Plugin copies are named by content, so that all homes of one build may share them.
          {"XDG_CACHE_HOME", std::string(PLAYLIST_BUILD_DIR) + "/test-cache"},
          {"PLAYLIST_LIBRARY", folder_.file("library.db")},
          // What a killed engine leaves there goes with the home, and no other test sees it.
          {"TMPDIR", folder_.file("tmp")}} {
  std::filesystem::create_directory(folder_.file("tmp"));
}

Ended EngineHome::engine(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = {std::string(PLAYLIST_BUILD_DIR) + "/engine"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_program(argv, environment_, PLAYLIST_SOURCE_DIR);
}

const std::string& demo_library() {
  static const EngineHome home;
  static const std::string path = [] {
    const Ended ended = home.engine({"demo", home.path("demo"), "--now", "2026-11-21"});
    if (ended.exit_code != 0) throw std::runtime_error("engine demo failed: " + ended.err);
    return home.path("demo") + "/library.db";
  }();
  return path;
}

}  // namespace support
