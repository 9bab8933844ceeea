// Addresses of hosts, each looked up in a child process of its own: libcurl and getaddrinfo_a() use
// threads, and workers cannot be forked from a process that has some.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace engine::http {

struct HostAddresses {
  std::vector<std::string> addresses;  // numbers; IPv6 without brackets
  std::string problem;                 // where there are none
};

class HostLookup {
 public:
  using Function = std::function<std::vector<std::string>(const std::string& host)>;
  /// The children's pipes are put into `epoll` under `mark` | descriptor. `function` "": the
  /// system's.
  HostLookup(int epoll, std::uint64_t mark, Function function);
  ~HostLookup();
  HostLookup(const HostLookup&) = delete;
  HostLookup& operator=(const HostLookup&) = delete;

  /// What is known of the host, for a minute; nullptr while it is looked up, which this begins.
  const HostAddresses* find(const std::string& host);
  /// Reads what the child behind this descriptor says.
  void read(int descriptor);
  /// In a process forked from the one that made it: what is open belongs to that one.
  void forget_all() { under_way_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Child {
    std::string host, said;
    pid_t process;
    int tries;
  };
  struct Known {
    HostAddresses found;
    Clock::time_point until;
  };
  void begin(const std::string& host, int tries);
  void end(int descriptor, bool is_killed);
  [[noreturn]] void be_child(const std::string& host, int pipe, pid_t parent) const;

  int epoll_;
  std::uint64_t mark_;
  Function function_;
  std::map<int, Child> under_way_;  // by the descriptor of its pipe
  std::map<std::string, Known> known_;
};

}  // namespace engine::http
