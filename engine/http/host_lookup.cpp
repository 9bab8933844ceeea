#include "http/host_lookup.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace engine::http {
namespace {

constexpr std::chrono::milliseconds kKnownFor{60'000}, kUnknownFor{200};
/// A supervisor kills children that it does not know when a worker has ended (worker/orphans.hpp).
constexpr int kMostTries = 4;
constexpr std::string_view kEnd = "end\n";  // the last line of a child that was not killed

std::vector<std::string> addresses_by_system(const std::string& host) {
  addrinfo wanted{}, *first = nullptr;
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &first);
  if (error != 0)
    throw std::runtime_error(error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error));
  std::vector<std::string> found;
  for (const addrinfo* one = first; one != nullptr; one = one->ai_next) {
    char text[INET6_ADDRSTRLEN];
    const void* number = nullptr;
    if (one->ai_family == AF_INET)
      number = &reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr;
    else if (one->ai_family == AF_INET6)
      number = &reinterpret_cast<const sockaddr_in6*>(one->ai_addr)->sin6_addr;
    if (number != nullptr && ::inet_ntop(one->ai_family, number, text, sizeof text) != nullptr)
      found.emplace_back(text);
  }
  ::freeaddrinfo(first);
  return found;
}

/// "+1.2.3.4\n+5.6.7.8\nend\n" or "-no such host\nend\n".
std::string lookup_lines(const HostLookup::Function& function, const std::string& host) {
  std::string lines;
  try {
    for (const std::string& address : function ? function(host) : addresses_by_system(host))
      lines += '+' + address + '\n';
    if (lines.empty()) lines = "-it has no address\n";
  } catch (const std::exception& error) {
    lines = '-' + std::string(error.what()) + '\n';
  }
  return lines + std::string(kEnd);
}

HostAddresses read_lines(std::string_view lines) {
  HostAddresses found;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    const std::string line(lines.substr(0, end));
    if (line.starts_with('+')) found.addresses.push_back(line.substr(1));
    if (line.starts_with('-')) found.problem = line.substr(1);
    lines.remove_prefix(end + 1);
  }
  return found;
}

}  // namespace

HostLookup::HostLookup(int epoll, std::uint64_t mark, Function function)
    : epoll_(epoll), mark_(mark), function_(std::move(function)) {}

HostLookup::~HostLookup() {
  while (!under_way_.empty()) end(under_way_.begin()->first, /*is_killed=*/true);
}

const HostAddresses* HostLookup::find(const std::string& host) {
  if (const auto known = known_.find(host); known != known_.end()) {
    if (Clock::now() < known->second.until) return &known->second.found;
    known_.erase(known);
  }
  for (const auto& [descriptor, child] : under_way_)
    if (child.host == host) return nullptr;
  begin(host, 1);
  const auto failed = known_.find(host);
  return failed == known_.end() ? nullptr : &failed->second.found;
}

void HostLookup::begin(const std::string& host, int tries) {
  int ends[2];
  const auto fail = [&] {
    known_[host] = {{{}, std::strerror(errno)}, Clock::now() + kUnknownFor};
  };
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail();
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process == 0) be_child(host, ends[1], parent);
  ::close(ends[1]);
  if (process < 0) {
    fail();
    ::close(ends[0]);
    return;
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = mark_ | static_cast<std::uint32_t>(ends[0]);
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, ends[0], &event);
  under_way_[ends[0]] = {host, "", process, tries};
}

void HostLookup::be_child(const std::string& host, int pipe, pid_t parent) const {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  // Locks and sockets of the parent must not outlive it here while a name server keeps silent.
  if (pipe > 3) ::syscall(SYS_close_range, 3u, static_cast<unsigned>(pipe) - 1, 0u);
  ::syscall(SYS_close_range, static_cast<unsigned>(pipe) + 1, ~0u, 0u);
  const std::string lines = lookup_lines(function_, host);
  // Less than a pipe holds, or cut: then the end is missing.
  [[maybe_unused]] const ssize_t told_by_end = ::write(pipe, lines.data(), lines.size());
  ::_exit(0);
}

void HostLookup::read(int descriptor) {
  const auto child = under_way_.find(descriptor);
  if (child == under_way_.end()) return;
  char bytes[4096];
  for (;;) {
    const ssize_t got = ::read(descriptor, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) break;
    child->second.said.append(bytes, static_cast<std::size_t>(got));
  }
  const Child ended = child->second;
  end(descriptor, /*is_killed=*/false);
  if (!ended.said.ends_with(kEnd) && ended.tries < kMostTries)
    return begin(ended.host, ended.tries + 1);
  HostAddresses found = read_lines(ended.said);
  if (found.addresses.empty() && found.problem.empty())
    found.problem = "the process that looks it up was killed";
  const auto known_for = found.addresses.empty() ? kUnknownFor : kKnownFor;
  known_[ended.host] = {std::move(found), Clock::now() + known_for};
}

void HostLookup::end(int descriptor, bool is_killed) {
  const pid_t process = under_way_.at(descriptor).process;
  under_way_.erase(descriptor);
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  ::close(descriptor);
  // Whoever has reaped it (worker/orphans.hpp) has set its number free for another process.
  if (is_killed) {
    if (::waitpid(process, nullptr, WNOHANG) != 0) return;
    ::kill(process, SIGKILL);
  }
  while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace engine::http
