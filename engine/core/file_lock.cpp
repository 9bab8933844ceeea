#include "core/file_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine {

FileLock::FileLock(const std::string& path, const std::string& what) {
  std::error_code told_by_open;
  if (const std::filesystem::path file(path); file.has_parent_path())
    std::filesystem::create_directories(file.parent_path(), told_by_open);
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
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
