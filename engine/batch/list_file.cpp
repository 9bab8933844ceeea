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

#include "batch/new_file.hpp"
#include "core/error.hpp"
#include "core/new_file.hpp"

namespace engine::batch {
namespace {

constexpr std::size_t kFlushAt = 1u << 20;
constexpr std::string_view kBegin = "{\"user\":\"";

}  // namespace

std::string user_of_line(std::string_view line) {
  if (!line.starts_with(kBegin) || !nlohmann::json::accept(line)) return "";
  std::size_t end = kBegin.size();
  while (line[end] != '"') end += line[end] == '\\' ? 2 : 1;
  const std::size_t begin = kBegin.size() - 1;
  return nlohmann::json::parse(line.substr(begin, end + 1 - begin)).get<std::string>();
}

std::string making_of(const std::string& path) {
  return path + ".making";
}

WholeLines read_whole_lines(const std::string& path) {
  WholeLines lines;
  std::ifstream file(path, std::ios::binary);
  if (!file) return lines;
  // A last line without its end is not whole even if it reads well: getline() then meets the end.
  std::string line;
  while (std::getline(file, line) && !file.eof()) {
    std::string user = user_of_line(line);
    if (user.empty()) return lines;
    lines.users.push_back(std::move(user));
    lines.bytes += line.size() + 1;
  }
  lines.is_whole = line.empty() && file.eof() && !file.bad();
  return lines;
}

ListFile::ListFile(std::string path) : path_(std::move(path)), making_(making_of(path_)) {
  try {
    // Whoever ends between our opening and our locking has put the file that we hold into its place.
    do open();
    while (!is_at_its_place());
    read();
  } catch (...) {
    if (file_ >= 0) ::close(file_);
    throw;
  }
}

ListFile::~ListFile() {
  ::close(file_);
}

void ListFile::open() {
  if (file_ >= 0) ::close(file_);
  if (::access(making_.c_str(), F_OK) != 0 && std::rename(path_.c_str(), making_.c_str()) != 0 &&
      errno != ENOENT)
    cannot("write");
  file_ = ::open(making_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) cannot("write");
  if (struct stat status{}; ::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(Exit::kInput, "cannot write " + path_,
                {"", "", "what stands there is no file", "choose another folder with --out"});
  }
  lock();
}

void ListFile::lock() const {
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) cannot("lock");
  throw Error(Exit::kInput, "another process writes lists to " + path_,
              {"", "", "a shard of a batch is made by one process at a time",
               "wait for it, or give each process a shard of its own: --shard I/N"});
}

bool ListFile::is_at_its_place() const {
  struct stat held {
  }, found{};
  return ::fstat(file_, &held) == 0 && ::stat(making_.c_str(), &found) == 0 &&
         held.st_ino == found.st_ino && held.st_dev == found.st_dev;
}

void ListFile::read() {
  WholeLines lines = read_whole_lines(making_);
  users_.insert(lines.users.begin(), lines.users.end());
  order_ = std::move(lines.users);
  const off_t length = ::lseek(file_, 0, SEEK_END);
  if (length < 0) cannot("read");
  cut_off_ = static_cast<std::size_t>(length) - lines.bytes;
  if (cut_off_ > 0 && ::ftruncate(file_, static_cast<off_t>(lines.bytes)) != 0) cannot("mend");
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

void ListFile::finish() {
  flush();
  put_in_order();
  if (std::rename(making_.c_str(), path_.c_str()) != 0) cannot("put into place");
}

void ListFile::put_in_order() {
  struct Line {
    std::string user;
    std::streamoff begin = 0;
    std::size_t length = 0;
    bool operator<(const Line& other) const { return user < other.user; }
  };
  if (std::is_sorted(order_.begin(), order_.end())) return;
  std::vector<Line> lines;
  for (const std::string& user : order_) lines.push_back({user});
  std::ifstream file(making_, std::ios::binary);
  std::streamoff at = 0;
  std::string text;
  for (Line& line : lines) {
    std::getline(file, text);
    line.begin = at;
    line.length = text.size() + 1;
    at += static_cast<std::streamoff>(line.length);
  }
  std::sort(lines.begin(), lines.end());

  NewFile sorted(making_);
  for (const Line& line : lines) {
    text.resize(line.length);
    file.seekg(line.begin);
    if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) cannot("sort");
    sorted.append(text);
  }
  sorted.put_into_place();
}

void ListFile::cannot(const char* what) const {
  throw Error(Exit::kInput, std::string("cannot ") + what + " " + path_,
              {"", "", std::strerror(errno), ""});
}

}  // namespace engine::batch
