#include "schedule/job_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace engine::schedule {
namespace {

constexpr long kClockPlace = 0;

std::string lock_file(const std::string& library) {
  return library + ".jobs.lock";
}

/// Two verbs of one place would wait for each other, which does no harm.
long place_of_kind(const std::string& verb) {
  return 1 + std::stol(content_hash(verb).substr(0, 12), nullptr, 16);
}

struct flock write_lock(long place) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = place;
  lock.l_len = 1;
  return lock;
}

}  // namespace

JobLock JobLock::clock(const std::string& library) {
  return {library, kClockPlace};
}

JobLock JobLock::kind(const std::string& library, const std::string& verb) {
  return {library, place_of_kind(verb)};
}

JobLock::JobLock(const std::string& library, long place) {
  const std::string path = lock_file(library);
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) {
    throw Error(Exit::kStore, "cannot lock " + path,
                {"", "", std::strerror(errno), "make the folder writable, or room on its disk"});
  }
  struct flock lock = write_lock(place);
  is_held_ = ::fcntl(file_, F_OFD_SETLK, &lock) == 0;
}

JobLock::JobLock(JobLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)), is_held_(std::exchange(other.is_held_, false)) {}

JobLock::~JobLock() {
  if (file_ >= 0) ::close(file_);
}

bool is_clock_at_work(const std::string& library) {
  const int file = ::open(lock_file(library).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  struct flock lock = write_lock(kClockPlace);
  const bool is_free = ::fcntl(file, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK;
  ::close(file);
  return !is_free;
}

}  // namespace engine::schedule
