// A front in a confined process of its own, the test at the desk, and clients on bare sockets.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <catch2/catch.hpp>

#include "core/ascii.hpp"
#include "serve/http_front.hpp"
#include "serve/messages.hpp"
#include "worker/confine.hpp"

namespace serve_test {

using namespace engine::serve;

constexpr double kPatience = 10;  // seconds; what takes longer has failed

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline bool is_ready(int descriptor, short events, double seconds = kPatience) {
  pollfd waited{descriptor, events, 0};
  return ::poll(&waited, 1, static_cast<int>(seconds * 1000)) > 0;
}

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; the first of each
  std::vector<std::string> names;              // of all headers, as they came
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class Client {
 public:
  explicit Client(int port, int receive_bytes = 0)
      : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_bytes > 0)
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// What the front does not take any more is left out.
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// False at the end, or when nothing came for so long.
  bool receive(double seconds = kPatience) {
    if (!is_ready(descriptor_, POLLIN, seconds)) return false;
    char buffer[64 << 10];
    const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    is_closed_ = got <= 0;
    if (got > 0) bytes_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
  /// Until `text` came; false when it did not.
  bool receive_until(std::string_view text) {
    while (bytes_.find(text) == std::string::npos)
      if (!receive()) return false;
    return true;
  }
  bool is_closed_by_front(double seconds = kPatience) {
    while (!is_closed_ && receive(seconds)) {
    }
    return is_closed_;
  }

  /// The next whole answer; status 0 when none came.
  Reply reply(bool has_body = true) {
    Reply reply;
    if (!receive_until("\r\n\r\n")) return reply;
    const std::size_t head_end = bytes_.find("\r\n\r\n");
    reply.status = std::stoi(bytes_.substr(9, 3));
    for (std::size_t at = bytes_.find("\r\n") + 2; at < head_end;) {
      const std::size_t end = bytes_.find("\r\n", at), colon = bytes_.find(": ", at);
      std::string name = bytes_.substr(at, colon - at);
      for (char& c : name) c = engine::lower_case(c);
      reply.names.push_back(name);
      reply.headers.try_emplace(name, bytes_.substr(colon + 2, end - colon - 2));
      at = end + 2;
    }
    bytes_.erase(0, head_end + 4);
    if (!has_body || reply.status == 204 || reply.status == 304) return reply;
    if (reply.headers.contains("transfer-encoding")) {
      read_chunks(reply.body);
    } else {
      const std::size_t length = std::stoul("0" + reply.header("content-length"));
      while (bytes_.size() < length && receive()) {
      }
      reply.body = bytes_.substr(0, length);
      bytes_.erase(0, length);
    }
    return reply;
  }

  /// What came and no reply() has taken.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  void read_chunks(std::string& body) {
    for (;;) {
      if (!receive_until("\r\n")) return;
      const std::size_t length = std::stoul(bytes_, nullptr, 16), begin = bytes_.find("\r\n") + 2;
      while (bytes_.size() < begin + length + 2 && receive()) {
      }
      body += bytes_.substr(begin, length);
      bytes_.erase(0, begin + length + 2);
      if (length == 0) return;
    }
  }

  int descriptor_;
  bool is_closed_ = false;
  std::string bytes_;
};

inline int listening_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(descriptor, 1024) == 0);
  return descriptor;
}

inline int port_of(int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

class ServedFront {
 public:
  explicit ServedFront(FrontOptions options = {}) {
    const int listening = listening_socket();
    port_ = port_of(listening);
    host_ = "127.0.0.1:" + std::to_string(port_);
    const SocketPair pair = message_sockets();
    options.listening = {listening};
    options.desk = pair.front;
    options.hosts = {host_};
    options.secret = std::string(32, 's');
    options.token = "the-token";
    options.version = "1.2.3";
    options.assets.push_back({"index.html", "text/html; charset=utf-8", "<!doctype html>page"});
    options.assets.push_back({"page.js", "text/javascript; charset=utf-8", "let page = 1;\n"});
    child_ = ::fork();
    if (child_ == 0) {
      engine::close_descriptors_but({listening, pair.front});
      int status = 99;
      try {
        status = serve_http(std::move(options));
      } catch (const std::exception& error) {
        ::dprintf(2, "front: %s\n", error.what());
      }
      ::_exit(status);
    }
    REQUIRE(child_ > 0);
    ::close(listening);
    ::close(pair.front);
    desk_ = std::make_unique<MessageSocket>(pair.desk);
  }
  ~ServedFront() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  ServedFront(const ServedFront&) = delete;
  ServedFront& operator=(const ServedFront&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] MessageSocket& desk() { return *desk_; }
  [[nodiscard]] int process() const { return child_; }

  /// What the front says next to the desk.
  Message next_message() {
    Message message;
    const double end = seconds_now() + kPatience;
    while (!desk_->take(message)) {
      REQUIRE(seconds_now() < end);
      is_ready(desk_->descriptor(), desk_->events(), 0.1);
      REQUIRE(desk_->pump());
    }
    return message;
  }
  bool has_message(double seconds) {
    is_ready(desk_->descriptor(), POLLIN, seconds);
    desk_->pump();
    Message message;
    return desk_->take(message);
  }
  /// Until all that was said is written.
  void flush() {
    const double end = seconds_now() + kPatience;
    while (desk_->unsent() > 0 && seconds_now() < end) {
      is_ready(desk_->descriptor(), POLLOUT, 0.1);
      desk_->pump();
    }
  }
  void respond(std::uint64_t number, std::string_view body, ResponseHead head = {}) {
    desk_->send(Message::kResponse, number, head.packed(body));
    flush();
  }
  void lose_desk() { desk_.reset(); }
  /// The exit status; -1 when it was killed or does not end.
  int ended() {
    const double end = seconds_now() + kPatience;
    int status = 0;
    while (::waitpid(child_, &status, WNOHANG) == 0) {
      if (seconds_now() > end) return -1;
      ::usleep(1000);
    }
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  Reply ask(const std::string& method, const std::string& target, const std::string& headers = "",
            const std::string& body = "") const {
    Client client(port_);
    client.send(request(method, target, headers, body));
    return client.reply(method != "HEAD");
  }
  [[nodiscard]] std::string request(const std::string& method, const std::string& target,
                                    const std::string& headers = "",
                                    const std::string& body = "") const {
    std::string text = method + " " + target + " HTTP/1.1\r\nHost: " + host_ + "\r\n" + headers;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
  }
  /// "Cookie: NAME=VALUE\r\n" of a new session.
  [[nodiscard]] std::string signed_in() const {
    const Reply reply = ask("GET", "/sign-in?token=the-token");
    REQUIRE(reply.status == 303);
    const std::string cookie = reply.header("set-cookie");
    return "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
  }
  /// The header of a program.
  static std::string bearer() { return "Authorization: Bearer the-token\r\n"; }
  static std::string json_type() { return "Content-Type: application/json\r\n"; }

 private:
  int port_ = 0, child_ = -1;
  std::string host_;
  std::unique_ptr<MessageSocket> desk_;
};

}  // namespace serve_test
