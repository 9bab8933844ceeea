#include "plugin/input_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <mutex>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include "core/hash.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kZeroBytes = 64;  // behind the file, as plugin.h promises

class OpenFile {
 public:
  /// O_NONBLOCK: a FIFO that nobody writes to is told as what it is, and not waited for.
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw UnreadFile{errno == ENOENT || errno == ENOTDIR ? "there is no such file"
                                                           : std::strerror(errno)};
    }
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) throw UnreadFile{std::strerror(errno)};
    if (S_ISDIR(status.st_mode)) throw UnreadFile{"it is a folder"};
    if (!S_ISREG(status.st_mode)) throw UnreadFile{"it is no ordinary file"};
    state_ = {status.st_dev,         status.st_ino,          status.st_size,
              status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
              status.st_ctim.tv_nsec};
    size_ = static_cast<std::size_t>(status.st_size);
  }
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// Which contents these are, as far as the file system knows.
  using State = std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long>;
  [[nodiscard]] const State& state() const { return state_; }

  [[nodiscard]] HeldFilePtr read(const std::string& path) const {
    // Read and not mapped: who shortens the file meanwhile must not end the run.
    const std::shared_ptr<char[]> bytes(new char[size_ + kZeroBytes]());
    std::size_t length = 0;
    while (length < size_) {
      const ssize_t got = ::read(descriptor_, bytes.get() + length, size_ - length);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw UnreadFile{std::strerror(errno)};
      if (got == 0) break;  // it was shortened
      length += static_cast<std::size_t>(got);
    }
    return std::make_shared<HeldFile>(path, content_hash({bytes.get(), length}), bytes.get(),
                                      length, bytes);
  }

 private:
  int descriptor_;
  State state_;
  std::size_t size_ = 0;
};

/// What this process has read: workers that make many lists read a file once, unless it changes.
class ReadBefore {
 public:
  HeldFilePtr read(const std::string& path) {
    const OpenFile file(path);
    const std::lock_guard lock(mutex_);
    auto& [state, held] = files_[path];
    if (held == nullptr || state != file.state()) {
      held = file.read(path);
      state = file.state();
    }
    return held;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::pair<OpenFile::State, HeldFilePtr>> files_;
};

HeldFilePtr read_whole(const std::string& path) {
  static ReadBefore files;
  return files.read(path);
}

std::string from_root(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(path.empty() ? "." : path, ignored);
  std::string text = (ignored ? fs::path(path) : whole).lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace

HeldFile::HeldFile(std::string its_path, std::string its_hash, const void* bytes,
                   std::size_t length, std::shared_ptr<const void> its_memory)
    : path(std::move(its_path)),
      name(fs::path(path).filename().string()),
      hash(std::move(its_hash)),
      memory(std::move(its_memory)) {
  view.size = sizeof view;
  view.path = path.c_str();
  view.name = name.c_str();
  view.bytes = static_cast<const std::uint8_t*>(bytes);
  view.length = view.head_length = length;
  view.columns = "";
}

InputFiles::InputFiles(std::string folder, Tried tried)
    : folder_(from_root(folder)), tried_(std::move(tried)) {}

std::string InputFiles::place(const std::string& path) const {
  const char* home = std::getenv("HOME");
  if (path.starts_with("~/") && home != nullptr) return from_root(home + path.substr(1));
  return from_root((fs::path(folder_) / path).string());  // a path from the root on stays as it is
}

HeldFilePtr InputFiles::open(const std::string& path) {
  const std::string place = this->place(path);
  const auto known = held_.find(place);
  if (known != held_.end() && known->second != nullptr) return known->second;
  try {
    HeldFilePtr held = read_whole(place);
    if (tried_) tried_(place, held->hash);
    return held_[place] = std::move(held);
  } catch (const UnreadFile&) {
    if (tried_ && known == held_.end()) tried_(place, "");
    held_[place] = nullptr;
    throw;
  }
}

void InputFiles::note_read(const std::string& element, const std::string& parameter,
                           const HeldFile& file) {
  FileRead read{element, parameter, file.path, file.hash};
  if (std::find(read_.begin(), read_.end(), read) == read_.end()) read_.push_back(std::move(read));
}

std::vector<FileRead> InputFiles::read() const {
  std::vector<FileRead> sorted = read_;
  std::sort(sorted.begin(), sorted.end(), [](const FileRead& a, const FileRead& b) {
    return std::tie(a.path, a.element, a.parameter) < std::tie(b.path, b.element, b.parameter);
  });
  return sorted;
}

void InputFiles::hold(HeldFilePtr file) {
  held_[file->path] = std::move(file);
}

std::string file_hash_now(const std::string& path) {
  try {
    return OpenFile(path).read(path)->hash;
  } catch (const UnreadFile&) {
    return "";
  }
}

}  // namespace engine
