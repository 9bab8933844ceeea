#include "core/paths.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/new_file.hpp"

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

/// A file that replaces another keeps its mode and, where we may say so, its owner.
void keep_mode(const std::string& path, int file) {
  struct stat before {};
  if (stat(path.c_str(), &before) != 0) return;
  [[maybe_unused]] const int told_nobody = fchown(file, before.st_uid, before.st_gid);
  fchmod(file, before.st_mode & 07777);
}

[[noreturn]] void cannot(const std::string& what, const std::string& path) {
  throw Error(Exit::kInput, "cannot " + what + " " + path + ": " + std::strerror(errno));
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

constexpr std::size_t kMostOfAPipe = 64u << 20;

/// Waits until there is something to read, or the writers have gone; `milliseconds` at most, -1 for
/// ever. False when it waited in vain.
bool wait_for_bytes(int file, int milliseconds) {
  pollfd ready{file, POLLIN, 0};
  int count = 0;
  while ((count = poll(&ready, 1, milliseconds)) < 0 && errno == EINTR) {
  }
  return count != 0;
}

/// `--config <(...)` is read as a file is, as long as its writer takes; a FIFO that nobody writes
/// into does not stop the engine for ever.
std::string read_pipe(int file, const std::string& path) {
  constexpr int kForAWriter = 10'000;
  std::string text;
  char bytes[1 << 16];
  for (bool has_waited = false;;) {
    const ssize_t got = read(file, bytes, sizeof bytes);
    if (got > 0) {
      text.append(bytes, static_cast<std::size_t>(got));
      if (text.size() <= kMostOfAPipe) continue;
      throw Error(Exit::kInput, "cannot read " + path + ": it is no file, and has no end");
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      wait_for_bytes(file, -1);
      continue;
    }
    if (got < 0) cannot("read", path);
    if (has_waited || !text.empty()) return text;
    has_waited = true;
    if (!wait_for_bytes(file, kForAWriter))
      throw Error(Exit::kInput,
                  "cannot read " + path + ": it is no file, and nobody writes into it");
  }
}

bool give_name(int file, const std::string& path) {
  const std::string unnamed = "/proc/self/fd/" + std::to_string(file);
  return linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0;
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
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (file.number < 0 || fstat(file.number, &status) != 0) cannot("read", path);
  if (!S_ISREG(status.st_mode)) return read_pipe(file.number, path);
  // Plugins are megabytes, read at each start: straight into place. The size may be wrong (/proc).
  constexpr std::size_t kMore = 4096;
  std::string text(static_cast<std::size_t>(status.st_size) + 1, '\0');
  for (std::size_t length = 0;;) {
    const ssize_t got = read(file.number, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot("read", path);
    length += static_cast<std::size_t>(got);
    if (length == text.size()) text.resize(2 * length + kMore);
    if (got > 0) continue;
    text.resize(length);
    return text;
  }
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  fs::create_directories(folder);
  // Named after nothing of the target's: its name may be as long as names can be.
  const std::string temporary = (folder / (".playlist.part" + process_mark())).string();
  unlink(temporary.c_str());  // of a process of this id that was killed
  bool is_named = false;
  Descriptor file{open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666)};
  if (file.number < 0) {  // not every file system has files without a name
    file.number =
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    is_named = true;
  }
  if (file.number < 0) cannot("write", path);
  const bool is_written = write_all(file.number, bytes);
  if (is_written) keep_mode(path, file.number);
  if (is_written && fsync(file.number) == 0 && (is_named || give_name(file.number, temporary)) &&
      rename(temporary.c_str(), path.c_str()) == 0)
    return;
  const int kept = errno;
  unlink(temporary.c_str());
  errno = kept;
  cannot("write", path);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string process_mark() {
  char host[65] = "";
  gethostname(host, sizeof host - 1);
  std::string mark = std::to_string(getpid()) + "@" + host;
  std::replace(mark.begin(), mark.end(), '/', '_');
  return mark;
}

bool write_file_once(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".making" + process_mark();
  write_file_atomically(temporary, bytes);
  const bool is_first = link(temporary.c_str(), path.c_str()) == 0;
  const int error = errno;
  unlink(temporary.c_str());
  errno = error;
  if (!is_first && error != EEXIST) cannot("write", path);
  return is_first;
}

}  // namespace engine
