#include "serve/messages.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_text.hpp"

namespace engine::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kHeaderBytes = 4 + 8 + 8;  // kind, number, length
constexpr std::uint64_t kLongestBytes = std::uint64_t{1} << 30;
constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::size_t kForgetBytes = 1 << 20;  // from here on what was used is given back

[[noreturn]] void refuse(const char* why) {
  throw Error(Exit::kPlugin, "the server's two processes do not understand each other",
              {"", "", why, "report it; a new start of engine serve goes on"});
}

void forget_used(std::string& bytes, std::size_t& used) {
  if (used == bytes.size())
    bytes.clear();
  else if (used > kForgetBytes)
    bytes.erase(0, used);
  else
    return;
  used = 0;
}

/// Heads are JSON behind their length: they are short, and a field more breaks nothing.
std::string bytes_of_head(const Json& json, std::string_view rest) {
  const std::string text = json_text(json);
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes.append(text).append(rest);
}

Json head_from(std::string_view& bytes) {
  std::uint32_t length = 0;
  if (bytes.size() < sizeof length) refuse("a head is shorter than its length");
  std::memcpy(&length, bytes.data(), sizeof length);
  bytes.remove_prefix(sizeof length);
  if (bytes.size() < length) refuse("a head is shorter than it says");
  Json json = Json::parse(bytes.substr(0, length), nullptr, false);
  if (json.is_discarded()) refuse("a head is no JSON");
  bytes.remove_prefix(length);
  return json;
}

}  // namespace

std::string RequestHead::packed() const {
  return bytes_of_head({{"method", method},
                        {"path", path},
                        {"query", query},
                        {"session", session},
                        {"has_body", has_body}},
                       {});
}

RequestHead RequestHead::unpacked(std::string_view bytes) {
  try {
    const Json json = head_from(bytes);
    return {json.at("method"), json.at("path"), json.at("query"), json.at("session"),
            json.at("has_body")};
  } catch (const Json::exception&) {
    refuse("a request's head lacks a field");
  }
}

std::string ResponseHead::packed(std::string_view body) const {
  return bytes_of_head({{"status", status}, {"type", type}, {"headers", headers}}, body);
}

ResponseHead ResponseHead::unpacked(std::string_view& bytes) {
  try {
    const Json json = head_from(bytes);
    return {json.at("status"), json.at("type"), json.at("headers")};
  } catch (const Json::exception&) {
    refuse("an answer's head lacks a field");
  }
}

MessageSocket::MessageSocket(int descriptor) : descriptor_(descriptor) {
  ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

MessageSocket::~MessageSocket() {
  ::close(descriptor_);
}

void MessageSocket::send(Message::Kind kind, std::uint64_t number, std::string_view bytes) {
  if (!is_open_) return;
  char header[kHeaderBytes];
  const std::uint32_t wire_kind = kind;
  const std::uint64_t length = bytes.size();
  std::memcpy(header, &wire_kind, 4);
  std::memcpy(header + 4, &number, 8);
  std::memcpy(header + 12, &length, 8);
  outgoing_.append(header, kHeaderBytes).append(bytes);
  write_some();
}

bool MessageSocket::pump() {
  write_some();
  read_some();
  return is_open_;
}

bool MessageSocket::take(Message& message) {
  const std::string_view waiting = std::string_view(incoming_).substr(taken_);
  if (waiting.size() < kHeaderBytes) return false;
  std::uint32_t kind = 0;
  std::uint64_t length = 0;
  std::memcpy(&kind, waiting.data(), 4);
  std::memcpy(&message.number, waiting.data() + 4, 8);
  std::memcpy(&length, waiting.data() + 12, 8);
  if (kind < Message::kRequest || kind > Message::kStreamEnd) refuse("a message's kind is none");
  if (length > kLongestBytes) refuse("a message is longer than one may be");
  if (waiting.size() - kHeaderBytes < length) return false;
  message.kind = static_cast<Message::Kind>(kind);
  message.bytes.assign(waiting.substr(kHeaderBytes, length));
  taken_ += kHeaderBytes + length;
  forget_used(incoming_, taken_);
  return true;
}

short MessageSocket::events() const {
  return static_cast<short>(POLLIN | (unsent() > 0 ? POLLOUT : 0));
}

void MessageSocket::write_some() {
  while (is_open_ && unsent() > 0) {
    const ssize_t sent =
        ::send(descriptor_, outgoing_.data() + sent_, unsent(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK) is_open_ = false;
      break;
    }
    sent_ += static_cast<std::size_t>(sent);
  }
  forget_used(outgoing_, sent_);
}

void MessageSocket::read_some() {
  // One piece a turn: who sends without end must not keep this end from its other work.
  if (!is_open_) return;
  const std::size_t before = incoming_.size();
  incoming_.resize(before + kReadBytes);
  ssize_t got = 0;
  do {
    got = ::recv(descriptor_, incoming_.data() + before, kReadBytes, MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  incoming_.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) is_open_ = false;
}

SocketPair message_sockets() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error(std::string("cannot make a socket: ") + std::strerror(errno));
  return {ends[0], ends[1]};
}

}  // namespace engine::serve
