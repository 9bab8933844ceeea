#include "worker/frames.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

namespace engine::worker {
namespace {

/// Marks the time spent waiting for the supervisor, so that its slowness is not held against the
/// worker.
class Waiting {
 public:
  explicit Waiting(SharedPage& page) : page_(page) { page_.is_waiting = 1; }
  ~Waiting() {
    page_.beats.fetch_add(1, std::memory_order_relaxed);
    page_.is_waiting = 0;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  SharedPage& page_;
};

}  // namespace

ssize_t send_some(int socket, const char* header, std::string_view bytes, std::size_t sent,
                  int flags) {
  iovec parts[2];
  std::size_t count = 0;
  if (sent < FrameHeader::kBytes) {
    parts[count++] = {const_cast<char*>(header) + sent, FrameHeader::kBytes - sent};
    sent = FrameHeader::kBytes;
  }
  const std::size_t offset = sent - FrameHeader::kBytes;
  if (offset < bytes.size()) {
    parts[count++] = {const_cast<char*>(bytes.data()) + offset, bytes.size() - offset};
  }
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | flags);
}

void WorkerChannel::send(std::uint32_t kind, std::string_view bytes) {
  const Waiting waiting(page_);
  if (bytes.size() > FrameHeader::kLongest) {
    throw std::runtime_error("cannot send " + std::to_string(bytes.size()) +
                             " bytes to the supervisor at once");
  }
  char header[FrameHeader::kBytes];
  FrameHeader{mark_, bytes.size(), kind}.write(header);
  const std::size_t total = sizeof header + bytes.size();
  for (std::size_t sent = 0; sent < total;) {
    const ssize_t taken = send_some(socket_, header, bytes, sent, 0);
    if (taken >= 0) {
      sent += static_cast<std::size_t>(taken);
    } else if (errno != EINTR) {
      throw std::runtime_error(std::string("cannot send to the supervisor: ") +
                               std::strerror(errno));
    }
  }
}

bool WorkerChannel::receive(std::uint32_t& kind, std::string& bytes) {
  const Waiting waiting(page_);
  char raw[FrameHeader::kBytes];
  if (!read_exactly(raw, sizeof raw)) return false;
  const FrameHeader header = FrameHeader::read(raw);
  if (!header.is_sound(mark_)) throw std::runtime_error("the supervisor's message is damaged");
  bytes.resize(header.length);
  if (!read_exactly(bytes.data(), bytes.size())) return false;
  kind = header.kind;
  return true;
}

std::string WorkerChannel::ask(std::string_view question) {
  send(kQuestionFrame, question);
  std::uint32_t kind = 0;
  std::string answer;
  if (!receive(kind, answer)) throw std::runtime_error("the supervisor is gone");
  if (kind != kAnswerFrame) throw std::runtime_error("the supervisor's message is no answer");
  return answer;
}

bool WorkerChannel::read_exactly(char* bytes, std::size_t length) {
  for (std::size_t got = 0; got < length;) {
    const ssize_t part = ::recv(socket_, bytes + got, length - got, 0);
    if (part > 0) {
      got += static_cast<std::size_t>(part);
    } else if (part == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace engine::worker
