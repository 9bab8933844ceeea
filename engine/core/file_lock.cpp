#include "core/file_lock.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include "core/duration.hpp"
#include "core/error.hpp"

namespace engine {
namespace {

/// With errno where it has not got it.
bool get_lock(int file, double longest_wait_seconds) {
  const auto begun = std::chrono::steady_clock::now();
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR && (errno != EWOULDBLOCK || seconds_since(begun) >= longest_wait_seconds))
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace

FileLock::FileLock(const std::string& path, const std::string& what, double longest_wait_seconds) {
  std::error_code told_by_open;
  if (const std::filesystem::path file(path); file.has_parent_path())
    std::filesystem::create_directories(file.parent_path(), told_by_open);
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ >= 0 && get_lock(file_, longest_wait_seconds)) return;
  const int error = errno;
  if (file_ >= 0) ::close(file_);
  if (error == EWOULDBLOCK) {
    throw Error(Exit::kStore, "another " + what + " is under way",
                {"", "", path + " is held by it", "try again when it has ended"});
  }
  throw Error(Exit::kStore, "cannot lock " + path,
              {"", "", std::strerror(error), "make the folder writable, or room on its disk"});
}

FileLock::~FileLock() {
  ::close(file_);
}

}  // namespace engine
