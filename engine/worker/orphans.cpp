#include "worker/orphans.hpp"

#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <set>
#include <signal.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <vector>

namespace engine::worker {
namespace {

constexpr int kMostRounds = 1000;  // of killing: each may bring the children of those killed

std::set<pid_t>& known() {
  static std::set<pid_t> children;
  return children;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

std::vector<pid_t> children() {
  std::vector<pid_t> found;
  DIR* tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return found;
  while (const dirent* task = ::readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    const std::string path = std::string("/proc/self/task/") + task->d_name + "/children";
    if (std::FILE* file = std::fopen(path.c_str(), "re")) {
      for (int child = 0; std::fscanf(file, "%d", &child) == 1;) found.push_back(child);
      std::fclose(file);
    }
  }
  ::closedir(tasks);
  return found;
}

}  // namespace

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  if (!has_children()) return known().clear();
  for (const pid_t child : children()) known().insert(child);
}

void know_child(pid_t child) {
  known().insert(child);
}

void forget_child(pid_t child) {
  known().erase(child);
}

int end_orphans() {
  int ended = 0;
  for (int round = 0; round < kMostRounds && has_children(); ++round) {
    const int before = ended;
    for (const pid_t child : children()) {
      if (known().count(child) != 0) continue;
      ::kill(child, SIGKILL);
      while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
      }
      ++ended;
    }
    if (ended == before) break;
  }
  return ended;
}

}  // namespace engine::worker
