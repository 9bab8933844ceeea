#include "batch/line_input.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine::batch {
namespace {

constexpr std::size_t kReadAtOnce = 256 << 10;
/// A pipe that is filled line by line is empty now and then.
constexpr int kShortlyMs = 50;

[[noreturn]] void cannot_read(const std::string& path, const std::string& why) {
  throw Error(Exit::kInput, "cannot read " + (path == "-" ? "standard input" : path),
              {"", "", why, ""});
}

}  // namespace

LineInput::LineInput(const std::string& path) : path_(path) {
  file_ = path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                      : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) cannot_read(path, std::strerror(errno));
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  signals_ = ::signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
}

LineInput::~LineInput() {
  ::close(signals_);
  ::close(file_);
}

std::optional<std::string> LineInput::next(Wait wait) {
  while (true) {
    if (auto line = take_line()) {
      if (!line->empty()) return line;
      continue;
    }
    if (is_at_end_ || is_stopped_ || !read_more(wait)) return std::nullopt;
  }
}

/// Nothing where no whole line is there; at the end the last one need not be ended.
std::optional<std::string> LineInput::take_line() {
  const std::size_t end = bytes_.find('\n', std::max(begin_, looked_at_));
  looked_at_ = bytes_.size();
  const bool is_last = end == std::string::npos && is_at_end_ && begin_ < bytes_.size();
  if (end == std::string::npos && !is_last) return std::nullopt;
  std::string line = bytes_.substr(begin_, (is_last ? bytes_.size() : end) - begin_);
  begin_ = is_last ? bytes_.size() : end + 1;
  looked_at_ = begin_;
  ++number_;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

/// False when nothing came in time, or a signal did.
bool LineInput::read_more(Wait wait) {
  pollfd sources[] = {{file_, POLLIN, 0}, {signals_, POLLIN, 0}};
  const int ready = ::poll(sources, 2, wait == Wait::kForever ? -1 : kShortlyMs);
  if (ready < 0 && errno == EINTR) return true;
  is_stopped_ = sources[1].revents != 0;
  if (ready <= 0 || is_stopped_) return false;
  bytes_.erase(0, begin_);
  looked_at_ -= begin_;
  begin_ = 0;
  if (bytes_.size() > kLongestLine)
    cannot_read(path_, "line " + std::to_string(number_ + 1) + " has more than " +
                           std::to_string(kLongestLine >> 20) + " MB");
  const std::size_t before = bytes_.size();
  bytes_.resize(before + kReadAtOnce);
  const ssize_t count = ::read(file_, bytes_.data() + before, kReadAtOnce);
  bytes_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0 && errno != EINTR && errno != EAGAIN) cannot_read(path_, std::strerror(errno));
  is_at_end_ = count == 0;
  return true;
}

}  // namespace engine::batch
