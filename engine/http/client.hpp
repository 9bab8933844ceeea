// The host's HTTP client: the one place for rates, Retry-After, backoff, timeouts, limits of
// bodies, allowed hosts, the cache, the user agent and the offline switch. Over libcurl's multi
// interface, which is loaded when something is first asked over the network.
//
// Attempts    A 5xx (but 501 and 505), a 408 and a broken connection are asked again where the
//             request is repeatable, after 0.5 s, 1 s, 2 s ... times 0.5 to 1.5. A 429 refused to do
//             anything, so every request is asked again.
// Retry-After Of a 429 or 503: seconds or a date. The service is left alone until then, by other
//             processes too. 0 and none are the backoff's; more than longest_wait_seconds is not
//             waited for: the answer comes with retry_at, and so do later ones until then, without
//             being asked (a day at most, whatever the service says).
// Limits      Where X-RateLimit-Remaining is 0 the service is left alone for X-RateLimit-Reset-In
//             seconds, before it refuses; of a 429 without a Retry-After likewise.
// Rates       A token bucket for each server (scheme, host and port), which accounts there share, in a
//             file under flock in `folder`. What a server says of its limits counts for them all.
// At once     At most eight requests to one server; the others wait in order.
// Redirects   At most five. Within the address' scheme, host and port; to an allowed host without
//             credentials, cookies and authorisation, for GET and HEAD. A 303 becomes GET; a 301 or
//             302 to what is neither GET nor HEAD is not followed.
// Proxies     None: what the environment says about them is not obeyed. No cookies, no .netrc.
// TLS         Certificates and host names are checked, always.
// Cache       By the service's name, the target and the request's own headers, all without secrets.
//             An answer with a secret in it is not kept. What the server says about caching is not
//             obeyed: the caller's cache_seconds is. Files of mode 0600 in folders of mode 0700.
// Offline     No socket is opened. A cached answer is given however old it is.
// Host names  Are looked up in a child process, as libcurl would use a thread, and workers cannot be
//             forked from a process with threads (worker/worker.hpp).
// Threads     One. Forked processes must not use a client of before the fork.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/messages.hpp"
#include "http/service.hpp"

namespace engine::http {

class Client {
 public:
  struct Options {
    std::string folder;  // of the cache and the rates, made when needed; "": neither is kept
    bool is_offline = false;
    std::string user_agent;                   // "": playlist-engine/VERSION
    std::string contact;                      // behind it, " ( CONTACT )"; "": nothing
    std::uint64_t largest_cache = 256 << 20;  // bytes; the oldest answers go
    double first_backoff_seconds = 0.5;
    // What tests replace.
    std::function<double()> clock;   // Unix seconds
    std::function<double()> jitter;  // in [0, 1)
    /// A host's addresses; called in the child process that looks hosts up.
    std::function<std::vector<std::string>(const std::string& host)> lookup;
  };
  using Done = std::function<void(Answer)>;

  explicit Client(Options options);
  /// What is under way is given up; no Done is called.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `done` is called from look(), never from here. It may start, cancel and ask.
  std::uint64_t start(const Service& service, Request request, Done done);
  /// Its Done is not called any more. A number that is no longer under way is fine.
  void cancel(std::uint64_t id);
  /// How many have been started and are not done.
  [[nodiscard]] std::size_t under_way() const;

  /// To be polled for input: look() has something to do then. Timers are in it.
  [[nodiscard]] int descriptor() const;
  /// -1: none is due by itself.
  [[nodiscard]] int milliseconds_to_next_look() const;
  /// Does what can be done without waiting. What a Done throws leaves it; the others are called by
  /// the next look().
  void look();

  /// Starts, and waits. Others that are under way go on meanwhile.
  Answer ask(const Service& service, Request request);

 private:
  class Exchanges;
  std::unique_ptr<Exchanges> exchanges_;
};

}  // namespace engine::http
