#include "core/mapped_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine {
namespace {

[[noreturn]] void throw_unreadable(const std::string& path) {
  const int error = errno;
  throw Error(Exit::kInput, "cannot read " + path,
              {.where = path,
               .source = {},
               .why = std::strerror(error),
               .fix = error == ENOENT || error == ENOTDIR ? "check the path"
                                                          : "check the file's permissions"});
}

struct OpenedFile {
  int number;
  ~OpenedFile() { ::close(number); }
};

}  // namespace

MappedFile::MappedFile(const std::string& path, Reading reading) {
  // A FIFO that nobody writes into would be waited for.
  const OpenedFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) throw_unreadable(path);
  struct stat status {};
  if (::fstat(file.number, &status) != 0) throw_unreadable(path);
  if (!S_ISREG(status.st_mode)) {
    throw Error(Exit::kInput, "cannot read " + path,
                {.where = path, .source = {}, .why = "it is no file", .fix = "name a file"});
  }
  size_ = static_cast<std::size_t>(status.st_size);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  mapped_ = (size_ + kZerosBehind + page - 1) / page * page;
  // Zero pages first, the file over them: what is behind the file's end reads as zero.
  void* memory =
      ::mmap(nullptr, mapped_, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw_unreadable(path);
  data_ = static_cast<std::uint8_t*>(memory);
  const int populate = reading == Reading::kAll ? MAP_POPULATE : 0;
  if (size_ > 0 && ::mmap(memory, size_, PROT_READ, MAP_PRIVATE | MAP_FIXED | populate, file.number,
                          0) == MAP_FAILED) {
    ::munmap(memory, mapped_);
    throw_unreadable(path);
  }
}

MappedFile::~MappedFile() {
  ::munmap(data_, mapped_);
}

}  // namespace engine
