#include "accounts/loopback.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <list>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "core/duration.hpp"
#include "core/error.hpp"

namespace engine::accounts {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestHead = 16 << 10;  // bytes of a request
constexpr std::size_t kMostBrowsers = 32;       // connections at once; the oldest goes
constexpr double kLongestSending = 2;           // seconds
constexpr std::string_view kPath = "/callback";

/// A connection, and what it has said so far.
struct Browser {
  int socket;
  std::string head;

  explicit Browser(int socket) : socket(socket) {}
  ~Browser() { ::close(socket); }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
};

void send_all(int socket, const std::string& bytes) {
  const auto begun = Clock::now();
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t part =
        ::send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (part > 0) {
      done += static_cast<std::size_t>(part);
      continue;
    }
    if ((errno != EAGAIN && errno != EINTR) || seconds_since(begun) > kLongestSending) return;
    pollfd ready{socket, POLLOUT, 0};
    ::poll(&ready, 1, 100);
  }
}

void send_page(int socket, const std::string& status, const std::string& page) {
  send_all(socket, "HTTP/1.1 " + status +
                       "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " +
                       std::to_string(page.size()) +
                       "\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
                       "Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n" +
                       page);
  ::shutdown(socket, SHUT_WR);
  // What is still unread would make the system break the connection, and the page with it.
  char rest[1024];
  while (::recv(socket, rest, sizeof rest, MSG_DONTWAIT) > 0) {
  }
}

/// "GET /callback?code=x HTTP/1.1": what stands behind the "?"; nothing for any other request.
std::optional<std::string> callback_query(const std::string& head) {
  const std::string line = head.substr(0, head.find("\r\n"));
  const std::size_t end = line.rfind(" HTTP/1.");
  if (!line.starts_with("GET ") || end == std::string::npos) return std::nullopt;
  const std::string target = line.substr(4, end - 4);
  if (!target.starts_with(kPath) || target.size() <= kPath.size() || target[kPath.size()] != '?')
    return std::nullopt;
  return target.substr(kPath.size() + 1);
}

/// Reads what is there. False once there is nothing more to expect of it.
bool read_some(Browser& browser) {
  char bytes[4096];
  const ssize_t got = ::recv(browser.socket, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got > 0) browser.head.append(bytes, static_cast<std::size_t>(got));
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  return got > 0 && browser.head.size() <= kLongestHead;
}

bool is_whole(const Browser& browser) {
  return browser.head.find("\r\n\r\n") != std::string::npos;
}

}  // namespace

LoopbackListener::LoopbackListener() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* general = reinterpret_cast<sockaddr*>(&address);
  if (socket_ >= 0 && ::bind(socket_, general, length) == 0 && ::listen(socket_, 8) == 0 &&
      ::getsockname(socket_, general, &length) == 0) {
    port_ = ntohs(address.sin_port);
    return;
  }
  const std::string why = std::strerror(errno);
  if (socket_ >= 0) ::close(socket_);
  throw Error(Exit::kInput, "nothing can listen on 127.0.0.1 for the answer to the login",
              {"", "", why, "with --headless you paste the answer"});
}

LoopbackListener::~LoopbackListener() {
  if (socket_ >= 0) ::close(socket_);
}

std::string LoopbackListener::redirect_uri() const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(kPath);
}

std::optional<std::string> LoopbackListener::wait(
    double seconds,
    const std::function<std::optional<std::string>(const std::string& query)>& page_for) {
  const auto begun = Clock::now();
  std::list<Browser> browsers;
  std::optional<std::string> awaited;
  while (!awaited) {
    const double left = seconds - seconds_since(begun);
    if (left <= 0) break;
    std::vector<pollfd> polled{{socket_, POLLIN, 0}};
    for (const Browser& browser : browsers) polled.push_back({browser.socket, POLLIN, 0});
    ::poll(polled.data(), polled.size(), static_cast<int>(std::min(left, 60.0) * 1000) + 1);
    for (auto browser = browsers.begin(); browser != browsers.end() && !awaited;) {
      const bool goes_on = read_some(*browser);
      if (is_whole(*browser)) {
        const auto query = callback_query(browser->head);
        const auto page = query ? page_for(*query) : std::nullopt;
        if (page) {
          send_page(browser->socket, "200 OK", *page);
          awaited = query;
        } else {
          send_page(browser->socket, "404 Not Found", "<p>Nobody waits for this here.</p>\n");
        }
      }
      browser = goes_on && !is_whole(*browser) ? std::next(browser) : browsers.erase(browser);
    }
    const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) browsers.emplace_back(socket);
    if (browsers.size() > kMostBrowsers) browsers.pop_front();
  }
  ::close(socket_);
  socket_ = -1;
  return awaited;
}

}  // namespace engine::accounts
