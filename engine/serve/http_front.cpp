// The front's one loop: libmicrohttpd's connections, the desk's messages, and the deadlines.
//
// libmicrohttpd takes no notice of a connection that is suspended, nor of a request that comes byte
// by byte (its time-out counts from the last one). So every connection is in an epoll set of the
// front's own as well, which tells when its client hangs up, and has a deadline of the front's; both
// end a connection by shutting its socket down, which libmicrohttpd then notices.
#include "serve/http_front.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.hpp"
#include "serve/http_connection.hpp"
#include "worker/confine.hpp"

namespace engine::serve {
namespace {

constexpr std::size_t kConnectionMemory = 64 << 10;
constexpr std::size_t kDeskEmpty = 1 << 20;  // bytes that wait: bodies are read on
constexpr double kLastWordsSeconds = 0.2;    // to read what a client sent before it hung up
constexpr double kEndSeconds = 2;            // for what waits when the front ends

/// "192.0.2.7", or the network of an IPv6 address: a host has as many of those as it likes.
std::string address_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    ::inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    in6_addr network = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (!IN6_IS_ADDR_V4MAPPED(&network)) std::memset(network.s6_addr + 8, 0, 8);
    ::inet_ntop(AF_INET6, &network, text, sizeof text);
  }
  return text;
}

Connection* connection_of(MHD_Connection* handle) {
  const MHD_ConnectionInfo* info =
      microhttpd().MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == nullptr ? nullptr : static_cast<Connection*>(info->socket_context);
}

// libmicrohttpd is C: nothing may be thrown through it. What can be is a lack of memory.

void on_connection(void* front, MHD_Connection* handle, void** context,
                   MHD_ConnectionNotificationCode code) noexcept {
  auto& self = *static_cast<HttpFront*>(front);
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    self.started(handle, context);
  else
    self.closed(context);
}

void* on_target(void*, const char* target, MHD_Connection* handle) noexcept {
  if (Connection* connection = connection_of(handle))
    connection->target = target == nullptr ? "" : target;
  return nullptr;
}

MHD_Result on_request(void* front, MHD_Connection* handle, const char*, const char* method,
                      const char* version, const char* data, std::size_t* size, void**) noexcept {
  Connection* connection = connection_of(handle);
  if (connection == nullptr) return MHD_NO;
  try {
    return static_cast<HttpFront*>(front)->handle(*connection, method, version, data, size);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: a request ended: %s\n", error.what());
    return MHD_NO;
  }
}

void on_completed(void* front, MHD_Connection* handle, void**,
                  MHD_RequestTerminationCode) noexcept {
  if (Connection* connection = connection_of(handle))
    static_cast<HttpFront*>(front)->completed(*connection);
}

/// As many descriptors as connections need, where the machine has them.
void allow_descriptors(std::size_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count) return;
  limit.rlim_cur = std::min<rlim_t>(count, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

HttpFront::HttpFront(FrontOptions options)
    : options_(std::move(options)), gate_(options_), desk_(options_.desk) {
  options_.assets.clear();  // the gate has them
  allow_descriptors(options_.connections + 64);
  clients_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (clients_ < 0) throw std::runtime_error("cannot watch connections");
  for (const int socket : options_.listening) listen(socket);
}

HttpFront::~HttpFront() {
  for (Connection* connection : connections_) {
    connection->is_cut = true;
    resume(*connection);  // libmicrohttpd cannot end with suspended ones
  }
  for (MHD_Daemon* daemon : daemons_) microhttpd().MHD_stop_daemon(daemon);
  ::close(clients_);
}

void HttpFront::listen(int socket) {
  MHD_Daemon* daemon = microhttpd().MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, &on_request, this,
      MHD_OPTION_LISTEN_SOCKET, socket,                                          //
      MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this,                        //
      MHD_OPTION_NOTIFY_COMPLETED, &on_completed, this,                          //
      MHD_OPTION_URI_LOG_CALLBACK, &on_target, this,                             //
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory,                     //
      MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(options_.connections),  //
      MHD_OPTION_PER_IP_CONNECTION_LIMIT,
      static_cast<unsigned>(options_.connections_per_address),  //
      MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(std::ceil(options_.idle_seconds)) + 1,
      MHD_OPTION_END);
  if (daemon == nullptr) throw std::runtime_error("libmicrohttpd cannot serve on this socket");
  daemons_.push_back(daemon);
}

int HttpFront::serve() {
  while (!is_over_) turn(kNever);
  finish();
  return is_told_ ? 0 : 1;
}

/// Waits until there is something to do, and does it.
void HttpFront::turn(double most_seconds) {
  std::vector<pollfd> waited = {{clients_, POLLIN, 0}, {desk_.descriptor(), desk_.events(), 0}};
  if (is_over_) waited[1].fd = -1;
  double seconds = std::min(most_seconds, next_deadline_ - steady_seconds());
  for (MHD_Daemon* daemon : daemons_) {
    const auto* info = microhttpd().MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    waited.push_back({info->epoll_fd, POLLIN, 0});
    MHD_UNSIGNED_LONG_LONG milliseconds = 0;
    if (microhttpd().MHD_get_timeout(daemon, &milliseconds) == MHD_YES)
      seconds = std::min(seconds, static_cast<double>(milliseconds) / 1000);
  }
  constexpr double kHour = 3600;
  const int milliseconds = static_cast<int>(std::ceil(std::clamp(seconds, 0.0, kHour) * 1000));
  if (::poll(waited.data(), waited.size(), milliseconds) < 0 && errno != EINTR)
    throw std::runtime_error(std::string("cannot wait for connections: ") + std::strerror(errno));
  hear_clients();
  if (!is_over_) hear_desk();
  const double now = steady_seconds();
  if (now >= next_deadline_) end_overdue(now);
  for (MHD_Daemon* daemon : daemons_) microhttpd().MHD_run(daemon);
}

/// Before libmicrohttpd reads: the first byte of a head begins its time.
void HttpFront::hear_clients() {
  epoll_event events[256];
  const int count = ::epoll_wait(clients_, events, 256, 0);
  for (int k = 0; k < count; ++k) {
    auto& connection = *static_cast<Connection*>(events[k].data.ptr);
    if ((events[k].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      connection.has_hung_up = true;
      if (connection.is_suspended)
        cut(connection);
      else if (connection.phase != Phase::kReplying)
        enter(connection, connection.phase, kLastWordsSeconds);
    } else if (connection.phase == Phase::kIdle) {
      enter(connection, Phase::kHead, options_.request_seconds);
    }
  }
}

void HttpFront::hear_desk() {
  try {
    const bool is_there = desk_.pump();
    for (Message message; !is_over_ && desk_.take(message);) hear(message);
    if (!is_there) is_over_ = true;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.text().c_str());
    is_over_ = true;
  }
  if (desk_.unsent() > kDeskEmpty) return;
  for (auto& [number, connection] : at_desk_)
    if (connection->phase == Phase::kBody) resume(*connection);
}

void HttpFront::hear(Message& message) {
  if (message.kind == Message::kStreamEnd && message.number == 0) {
    is_over_ = is_told_ = true;
    return;
  }
  const auto found = at_desk_.find(message.number);
  if (found == at_desk_.end()) return;  // its client has gone, which the desk does not know yet
  Connection& connection = *found->second;
  switch (message.kind) {
    case Message::kResponse:
      return answer_by_desk(connection, message.bytes);
    case Message::kStream:
      return begin_stream(connection, message.bytes);
    case Message::kPiece:
      return add_piece(connection, message.bytes);
    case Message::kStreamEnd:
      leave_desk(connection);
      connection.exchange->is_stream_over = true;
      if (!connection.exchange->is_answered) answer(connection, no_answer(connection));
      return resume(connection);
    default:
      return;
  }
}

/// Who waits gets 503 and has a moment to read it.
void HttpFront::finish() {
  for (MHD_Daemon* daemon : daemons_) ::close(microhttpd().MHD_quiesce_daemon(daemon));
  const auto waiting = at_desk_;
  for (const auto& [number, connection] : waiting) {
    Exchange& exchange = *connection->exchange;
    leave_desk(*connection);
    exchange.is_stream_over = true;
    if (!exchange.is_answered) answer(*connection, no_answer(*connection));
    resume(*connection);
  }
  const double end = steady_seconds() + kEndSeconds;
  const auto is_busy = [](const Connection* of) { return of->exchange != nullptr && !of->is_cut; };
  while (std::ranges::any_of(connections_, is_busy) && steady_seconds() < end) turn(0.1);
}

void HttpFront::end_overdue(double now) {
  next_deadline_ = kNever;
  for (Connection* connection : connections_) {
    if (connection->deadline <= now && !connection->is_cut) cut(*connection);
    if (!connection->is_cut) next_deadline_ = std::min(next_deadline_, connection->deadline);
  }
}

void HttpFront::started(MHD_Connection* handle, void** context) {
  auto connection = std::make_unique<Connection>();
  connection->front = this;
  connection->handle = handle;
  connection->descriptor =
      microhttpd().MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  connection->address =
      address_text(microhttpd()
                       .MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
                       ->client_addr);
  const int on = 1, idle = 60;  // a machine that is gone without a word is noticed
  ::setsockopt(connection->descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(connection->descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  event.data.ptr = connection.get();
  ::epoll_ctl(clients_, EPOLL_CTL_ADD, connection->descriptor, &event);
  enter(*connection, Phase::kHead, options_.request_seconds);
  connections_.insert(connection.get());
  *context = connection.release();
}

void HttpFront::closed(void** context) {
  const std::unique_ptr<Connection> connection(static_cast<Connection*>(*context));
  *context = nullptr;
  if (!connection) return;
  ::epoll_ctl(clients_, EPOLL_CTL_DEL, connection->descriptor, nullptr);
  connections_.erase(connection.get());
}

void HttpFront::enter(Connection& connection, Phase phase, double seconds) {
  connection.phase = phase;
  connection.deadline = steady_seconds() + seconds;
  next_deadline_ = std::min(next_deadline_, connection.deadline);
}

void HttpFront::suspend(Connection& connection) {
  connection.is_suspended = true;
  microhttpd().MHD_suspend_connection(connection.handle);
}

void HttpFront::resume(Connection& connection) {
  if (!connection.is_suspended) return;
  connection.is_suspended = false;
  microhttpd().MHD_resume_connection(connection.handle);
}

void HttpFront::cut(Connection& connection) {
  connection.is_cut = true;
  ::shutdown(connection.descriptor, SHUT_RDWR);
  resume(connection);
}

int serve_http(FrontOptions options) {
  HttpFront front(std::move(options));
  confine_process(Network::kServing);
  return front.serve();
}

}  // namespace engine::serve
