#include "batch/new_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/new_file.hpp"

namespace engine::batch {
namespace {

constexpr std::size_t kWriteAt = 1u << 20;

}  // namespace

NewFile::NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {
  file_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file_ < 0) cannot_write();
}

NewFile::~NewFile() {
  ::close(file_);
}

void NewFile::append(std::string_view bytes) {
  waiting_.append(bytes);
  if (waiting_.size() >= kWriteAt) write();
}

void NewFile::put_into_place() {
  write();
  if (::fsync(file_) != 0 || std::rename(part_.c_str(), path_.c_str()) != 0) cannot_write();
}

void NewFile::write() {
  if (!write_all(file_, waiting_)) cannot_write();
  waiting_.clear();
}

void NewFile::cannot_write() const {
  throw Error(Exit::kInput, "cannot write " + path_, {"", "", std::strerror(errno), ""});
}

}  // namespace engine::batch
