#include "core/leftovers.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <vector>

namespace engine {
namespace {

bool is_alive(pid_t process) {
  return ::kill(process, 0) == 0 || errno != ESRCH;
}

}  // namespace

void remove_leftovers(const std::string& prefix) {
  namespace fs = std::filesystem;
  const fs::path pattern(prefix);
  const std::string name = pattern.filename().string();
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(pattern.has_parent_path() ? pattern.parent_path() : ".", error),
       end;
       !error && entry != end; entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    pid_t process = 0;
    if (!file.starts_with(name)) continue;
    const char* digits = file.data() + name.size();
    if (std::from_chars(digits, file.data() + file.size(), process).ec != std::errc()) continue;
    if (process > 0 && !is_alive(process)) found.push_back(entry->path());
  }
  for (const fs::path& path : found) fs::remove(path, error);
}

}  // namespace engine
