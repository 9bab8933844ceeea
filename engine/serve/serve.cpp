#include "serve/serve.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "serve/desk.hpp"
#include "serve/http_front.hpp"
#include "serve/key_file.hpp"
#include "serve/page_files.hpp"
#include "serve/signed_out.hpp"
#include "worker/background_worker.hpp"
#include "worker/confine.hpp"
#include "worker/job.hpp"
#include "worker/pool.hpp"

namespace engine::serve {
namespace {

constexpr int kBacklog = 512;
constexpr std::chrono::seconds kFrontSeconds{4};  // twice what the front takes for what waits

[[noreturn]] void cannot_listen(const ServeOptions& options, const std::string& why) {
  throw Error(Exit::kInput,
              "cannot serve at " + options.address + ", port " + std::to_string(options.port),
              {"", "", why, "give another --port or --address"});
}

/// Listening sockets, the port that they share, and how browsers may name them.
struct Listening {
  std::vector<int> sockets;
  int port = 0;
  std::vector<std::string> hosts;  // without a port
  bool is_loopback = true;
};

std::string shown_address(const sockaddr* address, socklen_t length) {
  char text[NI_MAXHOST];
  if (::getnameinfo(address, length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) return "";
  return address->sa_family == AF_INET6 ? "[" + std::string(text) + "]" : text;
}

bool is_loopback_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* four = reinterpret_cast<const sockaddr_in*>(address);
    return (::ntohl(four->sin_addr.s_addr) >> 24) == 127;
  }
  const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
  return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

bool is_any_address(const sockaddr* address) {
  if (address->sa_family == AF_INET)
    return reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr == INADDR_ANY;
  return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr) != 0;
}

/// The machine's addresses and its name; those that others can reach first.
std::vector<std::string> own_names() {
  std::vector<std::string> reachable, others;
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) == 0) {
    for (const ifaddrs* at = interfaces; at != nullptr; at = at->ifa_next) {
      if (at->ifa_addr == nullptr) continue;
      const int family = at->ifa_addr->sa_family;
      if (family != AF_INET && family != AF_INET6) continue;
      const socklen_t length = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
      const std::string address = shown_address(at->ifa_addr, length);
      // Of a link alone: no browser takes such an address.
      if (address.empty() || address.find('%') != std::string::npos) continue;
      const bool is_own = is_loopback_address(at->ifa_addr) || family == AF_INET6;
      (is_own ? others : reachable).push_back(address);
    }
    ::freeifaddrs(interfaces);
  }
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0') others.emplace_back(name);
  reachable.insert(reachable.end(), others.begin(), others.end());
  return reachable;
}

int port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  return ::ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                     : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

/// -1 with errno set.
int listen_at(const addrinfo& at) {
  const int made = ::socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made < 0) return -1;
  const int on = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // a new start need not wait
  if (at.ai_family == AF_INET6) ::setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(made, at.ai_addr, at.ai_addrlen) == 0 && ::listen(made, kBacklog) == 0) return made;
  const int why = errno;
  ::close(made);
  errno = why;
  return -1;
}

/// "localhost" is both of the machine's loopback addresses, of which one may be missing.
Listening listen_for(const ServeOptions& options) {
  Listening listening;
  listening.port = options.port;
  std::vector<std::string> addresses{options.address};
  if (options.address == "localhost") addresses = {"127.0.0.1", "::1"};
  int why = 0;
  for (const std::string& address : addresses) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    const int failed =
        ::getaddrinfo(address.c_str(), std::to_string(listening.port).c_str(), &hints, &found);
    if (failed != 0) cannot_listen(options, ::gai_strerror(failed));
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      const int made = listen_at(*at);
      if (made < 0) {
        why = errno;
        continue;
      }
      listening.sockets.push_back(made);
      listening.port = port_of(made);
      listening.is_loopback &= is_loopback_address(at->ai_addr);
      if (is_any_address(at->ai_addr))
        listening.hosts = own_names();
      else
        listening.hosts.push_back(shown_address(at->ai_addr, at->ai_addrlen));
      break;
    }
    ::freeaddrinfo(found);
    // The other loopback is a courtesy, but not beside somebody else's server on the first.
    if (listening.sockets.empty()) break;
  }
  if (listening.sockets.empty()) cannot_listen(options, std::strerror(why));
  return listening;
}

/// As browsers write them into Host.
std::vector<std::string> allowed_hosts(const ServeOptions& options, const Listening& listening) {
  std::vector<std::string> names = listening.hosts, hosts;
  names.insert(names.end(), options.names.begin(), options.names.end());
  names.push_back(listening.is_loopback ? "localhost" : options.address);
  for (const std::string& name : names) {
    hosts.push_back(name + ":" + std::to_string(listening.port));
    if (listening.port == 80 || options.is_secure) hosts.push_back(name);  // as a proxy has it
  }
  return hosts;
}

std::string signed_out_file(const ServeOptions& options) {
  return options.key_file + ".signed-out";
}

FrontOptions front_options(const ServeOptions& options, const Listening& listening,
                           const Keys& keys, int front) {
  FrontOptions made;
  made.listening = listening.sockets;
  made.desk = front;
  made.hosts = allowed_hosts(options, listening);
  made.secret = keys.secret;
  made.signed_out =
      read_signed_out(signed_out_file(options), static_cast<double>(std::time(nullptr)));
  made.token = keys.token;
  made.password_hash = keys.password_hash;
  made.is_secure = options.is_secure;
  made.version = PLAYLIST_ENGINE_VERSION;
  made.assets = page_assets();
  std::vector<Asset> editor = editor_assets();
  made.has_editor = !editor.empty();
  for (Asset& asset : editor) made.assets.push_back(std::move(asset));
  return made;
}

void require_password(const ServeOptions& options, const Listening& listening, const Keys& keys) {
  if (listening.is_loopback || !keys.password_hash.empty()) return;
  throw Error(Exit::kUsage, options.address + " can be reached from other machines",
              {"", "", "whoever reaches it could use the library, and there is no password",
               "engine serve --new-password keeps one; or leave out --address"});
}

Serving serving(const ServeOptions& options, const Listening& listening, const Keys& keys) {
  Serving told;
  const bool is_named = !listening.is_loopback && !options.names.empty();
  // A browser on another machine cannot go to "any address".
  const bool is_first = listening.is_loopback || listening.hosts.size() > 1;
  const std::string host = is_named   ? options.names.front()
                           : is_first ? listening.hosts.front()
                                      : options.address;
  told.page = (options.is_secure ? "https://" : "http://") + host +
              (options.is_secure ? "" : ":" + std::to_string(listening.port)) + "/";
  told.url = told.page + "sign-in?token=" + keys.token;
  told.is_loopback = listening.is_loopback;
  return told;
}

/// Whoever has been told that the server is ready may end it at once: that waits for the desk, which
/// takes these signals.
void hold_stop_signals() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, signal);
  ::sigprocmask(SIG_BLOCK, &held, nullptr);
}

/// It is told to, and gives what waits a moment (serve_http()); one that is stopped or hangs must not
/// hold up the end of the server.
bool has_ended(BackgroundWorker& process) {
  const auto end = std::chrono::steady_clock::now() + kFrontSeconds;
  while (process.pump()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    pollfd sources[] = {{process.socket(), POLLIN, 0}, {process.process(), POLLIN, 0}};
    constexpr int kMilliseconds = 100;
    ::poll(sources, 2, kMilliseconds);
  }
  return true;
}

}  // namespace

void serve(const ServeOptions& options, std::function<std::unique_ptr<app::Home>()> make_home,
           const std::function<void(const Serving&)>& ready,
           const std::function<void(const std::string&)>& note) {
  const Keys keys = read_keys(options.key_file);
  const Listening listening = listen_for(options);
  require_password(options, listening, keys);
  const SocketPair pair = message_sockets();
  FrontOptions front = front_options(options, listening, keys, pair.front);
  JobWords words;
  words.who = "the HTTP front";
  words.fix = "start engine serve again, and report it";
  JobReader reader({}, words);
  const WorkerLimits none{.wall_seconds = 0, .cpu_seconds = 0, .memory_bytes = 0};
  // Before the library is opened and a plugin loaded, so that it has no copy of them.
  BackgroundWorker process(none, reader.job([&](JobSender&) {
    ::close(pair.desk);
    if (serve_http(std::move(front)) != 0) throw Error(Exit::kPlugin, "the HTTP front ended early");
  }));
  ::close(pair.front);
  for (const int socket : listening.sockets) ::close(socket);
  hold_stop_signals();
  ready(serving(options, listening, keys));
  DeskOptions desk;
  desk.workers = options.workers > 0 ? options.workers : default_pool_workers();
  desk.uploads = cache_home() + "/uploads-" + std::to_string(::getpid());
  desk.signed_out = signed_out_file(options);
  desk.note = note;
  desk.usual = options.usual;
  Desk(std::move(make_home), pair.desk, desk).run();
  if (!has_ended(process)) {
    process.stop();
    note("the HTTP front did not end within " + std::to_string(kFrontSeconds.count()) +
         " s, and was killed");
    static_cast<void>(process.finish());
    return;
  }
  const WorkerEnd end = process.finish();
  std::uint32_t kind = 0;
  for (std::string bytes; process.take(kind, bytes);) reader.take(kind, bytes);
  reader.finish(end);
}

}  // namespace engine::serve
