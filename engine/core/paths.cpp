#include "core/paths.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "core/error.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

std::string home_folder(const char* variable, const char* below_home) {
  const char* set = std::getenv(variable);
  if (set != nullptr && set[0] == '/') return std::string(set) + "/playlist-engine";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/tmp") + below_home + "/playlist-engine";
}

OwnFolders find_own_folders() {
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  // Programs of the build tree (tests, benchmarks) may stand one or two folders below it.
  for (fs::path folder = here; folder != folder.root_path(); folder = folder.parent_path()) {
    if (!fs::exists(folder / "plugins" / "recall", ignored) ||
        !fs::exists(folder / "scripts", ignored))
      continue;
    return {folder / "plugins", folder / "scripts", folder / "recipes", folder / "config"};
  }
  const fs::path prefix = here.parent_path(), share = prefix / "share/playlist-engine";
  return {prefix / "lib/playlist-engine/plugins", share / "scripts", share / "recipes",
          share / "config"};
}

[[noreturn]] void cannot(const std::string& what, const std::string& path) {
  throw Error(Exit::kInput, "cannot " + what + " " + path + ": " + std::strerror(errno));
}

}  // namespace

const OwnFolders& own_folders() {
  static const OwnFolders folders = find_own_folders();
  return folders;
}

std::string data_home() {
  return home_folder("XDG_DATA_HOME", "/.local/share");
}
std::string config_home() {
  return home_folder("XDG_CONFIG_HOME", "/.config");
}
std::string cache_home() {
  return home_folder("XDG_CACHE_HOME", "/.cache");
}

std::string read_file(const std::string& path) {
  if (fs::is_directory(path)) throw Error(Exit::kInput, "cannot read " + path + ": it is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) cannot("read", path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  const fs::path target(path);
  if (target.has_parent_path()) fs::create_directories(target.parent_path());
  const std::string temporary = path + ".part" + std::to_string(getpid());
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) cannot("write", path);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(file, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    done += static_cast<std::size_t>(n);
  }
  const bool is_good = done == bytes.size() && fsync(file) == 0;
  const int error = errno;
  close(file);
  if (is_good && rename(temporary.c_str(), path.c_str()) == 0) return;
  if (!is_good) errno = error;
  const int kept = errno;
  unlink(temporary.c_str());
  errno = kept;
  cannot("write", path);
}

}  // namespace engine
