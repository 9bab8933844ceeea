#include "support/fake_server.hpp"

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace support {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// The lines of a head, without the empty one.
FakeRequest read_head(const std::string& head) {
  std::istringstream lines(head);
  FakeRequest request;
  lines >> request.method >> request.target;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    while (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    request.headers.emplace_back(lower(line.substr(0, colon)),
                                 value == std::string::npos ? "" : line.substr(value));
  }
  return request;
}

/// Appends what has come; false when the client has gone.
bool receive(int socket, std::string& bytes) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  bytes.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

bool send_all(int socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t some = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (some <= 0) return false;
    sent += static_cast<std::size_t>(some);
  }
  return true;
}

}  // namespace

std::string FakeRequest::header(const std::string& name) const {
  for (const auto& [one, value] : headers)
    if (one == name) return value;
  return "";
}

bool FakeRequest::has_header(const std::string& name) const {
  return std::ranges::any_of(headers, [&](const auto& one) { return one.first == name; });
}

FakeServer::FakeServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("cannot listen on this machine");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
  is_over_ = true;
  thread_.join();
  for (Connection& talk : talks_) {
    ::shutdown(talk.socket, SHUT_RDWR);
    talk.thread.join();
    ::close(talk.socket);
  }
  ::close(listener_);
}

std::vector<FakeRequest> FakeServer::requests() {
  const std::lock_guard lock(one_at_a_time_);
  return seen_;
}

void FakeServer::serve() {
  while (!is_over_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 10) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    talks_.push_back({socket, std::thread([this, socket] { speak(socket); })});
  }
}

void FakeServer::speak(int socket) {
  std::string unread;
  while (answer_one(socket, unread)) {
  }
  // The destructor closes it, so that no other connection gets its number meanwhile.
  ::shutdown(socket, SHUT_RDWR);
}

/// False when the connection is over.
bool FakeServer::answer_one(int socket, std::string& unread) {
  std::size_t head = 0;
  while ((head = unread.find("\r\n\r\n")) == std::string::npos)
    if (!receive(socket, unread)) return false;
  FakeRequest request = read_head(unread.substr(0, head + 2));
  const std::string length = request.header("content-length");
  const std::size_t end = head + 4 + (length.empty() ? 0 : std::stoul(length));
  while (unread.size() < end)
    if (!receive(socket, unread)) return false;
  request.body = unread.substr(head + 4, end - head - 4);
  unread.erase(0, end);

  FakeReply reply;
  {
    const std::lock_guard lock(one_at_a_time_);
    ++requests_;
    seen_.push_back(request);
    reply = answer_(request);
  }
  for (const FakeReply::Piece& piece : reply.pieces) {
    for (auto left = piece.pause_before; left.count() > 0 && !is_over_;
         left -= std::chrono::milliseconds(10))
      std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds(10)));
    if (is_over_ || !send_all(socket, piece.bytes)) return false;
  }
  while (reply.stays_silent && receive(socket, unread)) {
  }
  return reply.keeps_open;
}

std::string http_answer(const std::string& body, const std::string& status) {
  return fake_reply(body, status, "Content-Type: application/json\r\n").pieces[0].bytes;
}

FakeReply fake_reply(const std::string& body, const std::string& status,
                     const std::string& headers) {
  return {.pieces = {{"HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " +
                      std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body}}};
}

FakeReply chunked_reply(const std::string& body, std::size_t length) {
  FakeReply reply{.pieces = {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}}};
  for (std::size_t at = 0; at < body.size(); at += length) {
    const std::string chunk = body.substr(at, length);
    std::ostringstream size;
    size << std::hex << chunk.size();
    reply.pieces.push_back({size.str() + "\r\n" + chunk + "\r\n"});
  }
  reply.pieces.push_back({"0\r\n\r\n"});
  return reply;
}

FakeReply dribbled(const FakeReply& reply, std::chrono::milliseconds pause) {
  FakeReply slow = reply;
  slow.pieces.clear();
  for (const FakeReply::Piece& piece : reply.pieces)
    for (const char c : piece.bytes) slow.pieces.push_back({std::string(1, c), pause});
  return slow;
}

FakeReply cut(FakeReply reply, std::size_t bytes) {
  std::string& last = reply.pieces.back().bytes;
  last.resize(last.size() - std::min(bytes, last.size()));
  return reply;
}

}  // namespace support
