#include "batch/list_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace engine::batch {
namespace {

constexpr std::size_t kFlushAt = 1u << 20;
constexpr std::string_view kBegin = "{\"user\":\"";

/// Writes all of it; false with errno.
bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::string user_of_line(std::string_view line) {
  if (!line.starts_with(kBegin) || !nlohmann::json::accept(line)) return "";
  std::size_t end = kBegin.size();
  while (line[end] != '"') end += line[end] == '\\' ? 2 : 1;
  const std::size_t begin = kBegin.size() - 1;
  return nlohmann::json::parse(line.substr(begin, end + 1 - begin)).get<std::string>();
}

ListFile::ListFile(std::string path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) cannot("write");
  if (struct stat status{}; ::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(file_);
    throw Error(Exit::kInput, "cannot write " + path_,
                {"", "", "what stands there is no file", "choose another folder with --out"});
  }
  try {
    lock();
    read();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

ListFile::~ListFile() {
  ::close(file_);
}

void ListFile::lock() {
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) cannot("lock");
  throw Error(Exit::kInput, "another process writes lists to " + path_,
              {"", "", "a shard of a batch is made by one process at a time",
               "wait for it, or give each process a shard of its own: --shard I/N"});
}

void ListFile::read() {
  std::ifstream file(path_, std::ios::binary);
  if (!file) cannot("read");
  std::size_t whole = 0;
  // A last line without its end is not whole even if it reads well: getline() then meets the end.
  for (std::string line; std::getline(file, line) && !file.eof();) {
    const std::string user = user_of_line(line);
    if (user.empty()) break;
    users_.insert(user);
    order_.push_back(user);
    whole += line.size() + 1;
  }
  const off_t length = ::lseek(file_, 0, SEEK_END);
  if (length < 0) cannot("read");
  cut_off_ = static_cast<std::size_t>(length) - whole;
  if (cut_off_ > 0 && ::ftruncate(file_, static_cast<off_t>(whole)) != 0) cannot("mend");
}

void ListFile::append(const std::string& user, std::string_view line) {
  users_.insert(user);
  order_.push_back(user);
  waiting_.append(line);
  waiting_ += '\n';
  if (waiting_.size() >= kFlushAt) flush();
}

void ListFile::flush() {
  if (waiting_.empty()) return;
  if (!write_all(file_, waiting_) || ::fdatasync(file_) != 0) cannot("write");
  waiting_.clear();
}

void ListFile::put_in_order(const std::function<std::size_t(const std::string&)>& place) {
  struct Line {
    std::size_t place;
    std::string user;
    std::streamoff begin = 0;
    std::size_t length = 0;
    bool operator<(const Line& other) const {
      return place != other.place ? place < other.place : user < other.user;
    }
  };
  flush();
  std::vector<Line> lines;
  for (const std::string& user : order_) lines.push_back({place(user), user});
  if (std::is_sorted(lines.begin(), lines.end())) return;
  std::ifstream file(path_, std::ios::binary);
  std::streamoff at = 0;
  std::string text;
  for (Line& line : lines) {
    std::getline(file, text);
    line.begin = at;
    line.length = text.size() + 1;
    at += static_cast<std::streamoff>(line.length);
  }
  std::sort(lines.begin(), lines.end());

  const std::string temporary = path_ + ".part";
  const int sorted = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (sorted < 0) cannot("sort");
  bool is_good = true;
  for (const Line& line : lines) {
    text.resize(line.length);
    file.seekg(line.begin);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    is_good = is_good && file.good() && write_all(sorted, text);
  }
  is_good = is_good && ::fsync(sorted) == 0;
  ::close(sorted);
  if (!is_good || std::rename(temporary.c_str(), path_.c_str()) != 0) cannot("sort");
}

void ListFile::cannot(const char* what) const {
  throw Error(Exit::kInput, std::string("cannot ") + what + " " + path_,
              {"", "", std::strerror(errno), ""});
}

}  // namespace engine::batch
