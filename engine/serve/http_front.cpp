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
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>

#include "core/error.hpp"
#include "serve/gate.hpp"
#include "serve/microhttpd.hpp"
#include "worker/confine.hpp"

namespace engine::serve {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::size_t kConnectionMemory = 64 << 10;
constexpr std::size_t kForgottenBytes = 1 << 20;  // of a body that is too long, before the end
constexpr std::size_t kUploadStep = 64 << 10;     // an upload brings that in request_seconds
constexpr std::size_t kDeskFull = 4 << 20, kDeskEmpty = 1 << 20;  // bytes that wait for the desk
constexpr double kLastWordsSeconds = 0.2;  // to read what a client sent before it hung up
constexpr double kEndSeconds = 2;          // for what waits when the front ends

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

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

enum class Phase {
  kIdle,       // no request yet, or none after the last
  kHead,       // one is coming
  kBody,       // its head is there
  kWaiting,    // suspended until the desk answers
  kReplying,   // an answer is being sent
  kStreaming,  // pieces are, as they come
};

/// One request, from its head to the end of its answer.
struct Exchange {
  Verdict verdict;
  std::uint64_t number = 0;  // at the desk
  bool is_at_desk = false;   // which has more to say
  std::size_t body_bytes = 0, step_bytes = 0;
  std::string form;
  bool is_body_whole = false;

  bool is_answered = false;
  Answer answer;
  bool is_stream = false, is_stream_over = false;
  std::string pending;  // of a stream
  std::size_t sent = 0;
};

class HttpFront;

struct Connection {
  HttpFront* front = nullptr;
  MHD_Connection* handle = nullptr;
  int descriptor = -1;
  std::string address, target;
  Phase phase = Phase::kIdle;
  double deadline = kNever;
  bool is_suspended = false;
  bool has_hung_up = false;  // its client has
  bool is_cut = false;       // its socket is shut down
  std::unique_ptr<Exchange> exchange;
};

struct FreeResponse {
  void operator()(MHD_Response* response) const { microhttpd().MHD_destroy_response(response); }
};
using Response = std::unique_ptr<MHD_Response, FreeResponse>;

class HttpFront {
 public:
  explicit HttpFront(FrontOptions options);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  int serve();

  // What libmicrohttpd calls.
  void started(MHD_Connection* handle, void** context);
  void closed(void** context);
  MHD_Result handle(Connection& connection, const char* method, const char* version,
                    const char* data, std::size_t* size);
  ssize_t read_stream(Connection& connection, char* buffer, std::size_t room);
  void completed(Connection& connection);

 private:
  void listen(int socket);
  void turn(double most_seconds);
  void hear_clients();
  void hear_desk();
  void hear(Message& message);
  void end_overdue(double now);
  void finish();

  MHD_Result begin(Connection& connection, const char* method, const char* version);
  MHD_Result take_body(Connection& connection, const char* data, std::size_t* size);
  MHD_Result end_body(Connection& connection);
  MHD_Result reply(Connection& connection);
  void answer(Connection& connection, Answer answer);
  static Answer no_answer(const Connection& connection);
  void answer_by_desk(Connection& connection, std::string_view bytes);
  void begin_stream(Connection& connection, std::string_view bytes);
  void add_piece(Connection& connection, std::string_view bytes);
  void leave_desk(Connection& connection);

  void enter(Connection& connection, Phase phase, double seconds);
  void suspend(Connection& connection);
  void resume(Connection& connection);
  void cut(Connection& connection);
  [[nodiscard]] bool is_desk_full() const { return desk_.unsent() > kDeskFull; }

  FrontOptions options_;
  Gate gate_;
  MessageSocket desk_;
  std::vector<MHD_Daemon*> daemons_;
  int clients_ = -1;  // the epoll set of all connections
  std::unordered_set<Connection*> connections_;
  std::unordered_map<std::uint64_t, Connection*> at_desk_;
  std::map<std::string, std::size_t> streams_;  // of a session
  std::uint64_t last_number_ = 0;
  double next_deadline_ = kNever;
  bool is_over_ = false, is_told_ = false;
};

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

ssize_t on_stream(void* reader, std::uint64_t, char* buffer, std::size_t room) noexcept {
  auto& connection = *static_cast<Connection*>(reader);
  return connection.front->read_stream(connection, buffer, room);
}

MHD_Result add_header(void* headers, MHD_ValueKind, const char* name, std::size_t name_size,
                      const char* value, std::size_t value_size) noexcept {
  static_cast<std::vector<Header>*>(headers)->emplace_back(
      std::string(name, name_size), value == nullptr ? "" : std::string(value, value_size));
  return MHD_YES;
}

/// As many descriptors as connections need, where the machine has them.
void allow_descriptors(std::size_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count) return;
  limit.rlim_cur = std::min<rlim_t>(count, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

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

Answer HttpFront::no_answer(const Connection& connection) {
  return Gate::refusal(connection.target, 503,
                       Error(Exit::kInterrupted, "the server ended before the answer was there",
                             {"", "", "", "ask again once engine serve runs"}));
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

/// Called when the head is there, for each piece of the body, at its end, and again after a
/// connection was resumed until there is an answer.
MHD_Result HttpFront::handle(Connection& connection, const char* method, const char* version,
                             const char* data, std::size_t* size) {
  if (connection.is_cut) return MHD_NO;
  if (!connection.exchange) return begin(connection, method, version);
  if (*size > 0) return take_body(connection, data, size);
  if (!connection.exchange->is_body_whole) return end_body(connection);
  return reply(connection);
}

MHD_Result HttpFront::begin(Connection& connection, const char* method, const char* version) {
  Head head;
  head.method = method;
  head.target = connection.target;
  head.version = version;
  head.address = connection.address;
  microhttpd().MHD_get_connection_values_n(connection.handle, MHD_HEADER_KIND, &add_header,
                                           &head.headers);
  head.bytes =
      microhttpd()
          .MHD_get_connection_info(connection.handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
          ->header_size;

  connection.exchange = std::make_unique<Exchange>();
  Exchange& exchange = *connection.exchange;
  exchange.verdict = gate_.look(head, unix_seconds());
  connection.phase = Phase::kBody;  // its deadline is the head's
  if (exchange.verdict.way == Verdict::kAnswer) {
    answer(connection, std::move(exchange.verdict.answer));
    return exchange.verdict.is_body_refused ? reply(connection) : MHD_YES;
  }
  if (exchange.verdict.way == Verdict::kDesk && is_over_) {
    answer(connection, no_answer(connection));
  } else if (exchange.verdict.way == Verdict::kDesk) {
    exchange.number = ++last_number_;
    exchange.is_at_desk = true;
    at_desk_[exchange.number] = &connection;
    desk_.send(Message::kRequest, exchange.number, exchange.verdict.asked.packed());
  }
  return MHD_YES;
}

MHD_Result HttpFront::take_body(Connection& connection, const char* data, std::size_t* size) {
  Exchange& exchange = *connection.exchange;
  if (exchange.is_at_desk && is_desk_full()) {
    enter(connection, Phase::kBody, kNever);
    suspend(connection);
    return MHD_YES;
  }
  const std::string_view bytes(data, *size);
  *size = 0;
  exchange.body_bytes += bytes.size();
  if (exchange.body_bytes > exchange.verdict.longest_body) {
    if (exchange.body_bytes > exchange.verdict.longest_body + kForgottenBytes) return MHD_NO;
    if (exchange.is_answered) return MHD_YES;
    if (exchange.is_at_desk) desk_.send(Message::kGone, exchange.number);
    leave_desk(connection);
    answer(connection, Gate::refusal(connection.target, 413,
                                     Error(Exit::kUsage, "the request's body is too long")));
    return MHD_YES;
  }
  if (exchange.is_at_desk) desk_.send(Message::kBody, exchange.number, bytes);
  if (exchange.verdict.way == Verdict::kSignIn) exchange.form += bytes;
  exchange.step_bytes += bytes.size();
  const bool is_forward = exchange.verdict.is_upload && exchange.step_bytes >= kUploadStep;
  if (is_forward || connection.deadline == kNever) {
    exchange.step_bytes = 0;
    enter(connection, Phase::kBody, options_.request_seconds);
  }
  return MHD_YES;
}

MHD_Result HttpFront::end_body(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  exchange.is_body_whole = true;
  if (exchange.verdict.way == Verdict::kSignIn && !exchange.is_answered)
    answer(connection, gate_.sign_in(exchange.form, connection.address, unix_seconds(),
                                     exchange.verdict.browser));
  if (exchange.is_at_desk && exchange.verdict.asked.has_body)
    desk_.send(Message::kBodyEnd, exchange.number);
  return reply(connection);
}

/// Queues the answer, or waits for it.
MHD_Result HttpFront::reply(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  if (!exchange.is_answered) {
    if (connection.has_hung_up) return MHD_NO;
    enter(connection, Phase::kWaiting, kNever);
    suspend(connection);
    return MHD_YES;
  }
  const Answer& answer = exchange.answer;
  const std::string& body = answer.file != nullptr ? *answer.file : answer.body;
  Response response;
  if (exchange.is_stream) {
    response.reset(microhttpd().MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, 16 << 10, &on_stream, &connection, nullptr));
    enter(connection, Phase::kStreaming, kNever);
  } else {
    // The bytes live in the exchange until libmicrohttpd has told that it is over.
    response.reset(microhttpd().MHD_create_response_from_buffer(
        body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_PERSISTENT));
    enter(connection, Phase::kReplying,
          options_.request_seconds +
              static_cast<double>(body.size()) / options_.answer_bytes_per_second);
  }
  if (!response) return MHD_NO;
  const auto add = [&](const Header& header) {
    return microhttpd().MHD_add_response_header(response.get(), header.first.c_str(),
                                                header.second.c_str()) == MHD_YES;
  };
  bool are_all_added = answer.type.empty() || add({"Content-Type", answer.type});
  for (const Header& header : safe_headers()) are_all_added = add(header) && are_all_added;
  for (const Header& header : answer.headers) are_all_added = add(header) && are_all_added;
  if (!are_all_added) return MHD_NO;
  return microhttpd().MHD_queue_response(connection.handle, static_cast<unsigned>(answer.status),
                                         response.get());
}

void HttpFront::answer(Connection& connection, Answer answer) {
  Exchange& exchange = *connection.exchange;
  const auto is_about_keeping = [](const Header& of) { return of.first == "Cache-Control"; };
  if (std::ranges::none_of(answer.headers, is_about_keeping))
    answer.headers.emplace_back("Cache-Control", "no-store");
  exchange.answer = std::move(answer);
  exchange.is_answered = true;
}

/// The head of an answer by the desk. What would break HTTP is not given on, nor what libmicrohttpd
/// refuses: values that are empty or have tabs.
Answer checked_answer(const ResponseHead& head) {
  const auto is_good = [](const auto& header) {
    return is_header_name(header.first) && is_header_value(header.second) &&
           !header.second.empty() && header.second.find('\t') == std::string::npos;
  };
  if (head.status < 200 || head.status > 599 || !is_header_value(head.type) ||
      !std::ranges::all_of(head.headers, is_good))
    throw Error(
        Exit::kPlugin, "the answer cannot be sent",
        {"", "", "one of its headers is empty or has characters that none may have", "report it"});
  Answer answer;
  answer.status = head.status;
  answer.type = head.type;
  answer.headers.assign(head.headers.begin(), head.headers.end());
  return answer;
}

void HttpFront::answer_by_desk(Connection& connection, std::string_view bytes) {
  const ResponseHead head = ResponseHead::unpacked(bytes);
  leave_desk(connection);
  try {
    Answer told = checked_answer(head);
    told.body = bytes;
    for (const Header& header : connection.exchange->verdict.answer.headers)
      told.headers.push_back(header);
    answer(connection, std::move(told));
  } catch (const Error& error) {
    answer(connection, Gate::refusal(connection.target, 500, error));
  }
  resume(connection);
}

void HttpFront::begin_stream(Connection& connection, std::string_view bytes) {
  const ResponseHead head = ResponseHead::unpacked(bytes);
  Exchange& exchange = *connection.exchange;
  if (exchange.is_answered) return;
  const std::string& session = exchange.verdict.asked.session;
  const auto open = streams_.find(session);
  try {
    if (open != streams_.end() && open->second >= options_.streams_per_session)
      throw Error(Exit::kLimits, "too many streams are open", {"", "", "", "close a page of it"});
    Answer told = checked_answer(head);
    told.headers.emplace_back("Connection", "close");
    answer(connection, std::move(told));
    exchange.is_stream = true;
    ++streams_[session];
  } catch (const Error& error) {
    const int status = error.exit() == Exit::kLimits ? 429 : 500;
    desk_.send(Message::kGone, exchange.number);
    leave_desk(connection);
    answer(connection, Gate::refusal(connection.target, status, error));
  }
  resume(connection);
}

void HttpFront::add_piece(Connection& connection, std::string_view bytes) {
  Exchange& exchange = *connection.exchange;
  if (!exchange.is_stream || connection.is_cut) return;
  if (exchange.sent > 0 && exchange.sent >= exchange.pending.size() / 2) {
    exchange.pending.erase(0, exchange.sent);
    exchange.sent = 0;
  }
  exchange.pending.append(bytes);
  if (exchange.pending.size() - exchange.sent > options_.stream_bytes)
    cut(connection);
  else
    resume(connection);
}

ssize_t HttpFront::read_stream(Connection& connection, char* buffer, std::size_t room) {
  Exchange& exchange = *connection.exchange;
  if (connection.is_cut || connection.has_hung_up) return MHD_CONTENT_READER_END_WITH_ERROR;
  const std::size_t size = std::min(room, exchange.pending.size() - exchange.sent);
  if (size > 0) {
    std::memcpy(buffer, exchange.pending.data() + exchange.sent, size);
    exchange.sent += size;
    return static_cast<ssize_t>(size);
  }
  if (exchange.is_stream_over) return MHD_CONTENT_READER_END_OF_STREAM;
  suspend(connection);
  return 0;
}

void HttpFront::completed(Connection& connection) {
  if (!connection.exchange) return;
  Exchange& exchange = *connection.exchange;
  if (exchange.is_at_desk) {
    if (!is_over_) desk_.send(Message::kGone, exchange.number);
    leave_desk(connection);
  }
  if (exchange.is_stream && --streams_[exchange.verdict.asked.session] == 0)
    streams_.erase(exchange.verdict.asked.session);
  connection.exchange.reset();
  enter(connection, Phase::kIdle, options_.idle_seconds);
}

/// The desk has said all of it, or is told that nobody waits.
void HttpFront::leave_desk(Connection& connection) {
  connection.exchange->is_at_desk = false;
  at_desk_.erase(connection.exchange->number);
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

}  // namespace

int serve_http(FrontOptions options) {
  HttpFront front(std::move(options));
  confine_process(Network::kServing);
  return front.serve();
}

}  // namespace engine::serve
