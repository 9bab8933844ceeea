// Whom the host's HTTP client talks to: a service with an account, and how much may be asked of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "http/messages.hpp"

namespace engine::http {

struct Service {
  std::string name;     // "subsonic:home": in messages; the cache is kept by it
  std::string address;  // "https://music.example.org/base": http or https, no user in it, no query
  /// Further hosts that whole addresses and redirects may lead to, "host" (at its scheme's own port),
  /// "host:port", or ".host" for all names below it. No credentials go there, and nothing that holds a secret; from https only https
  /// leads on.
  std::vector<std::string> other_hosts;
  std::vector<Header>
      credentials;  // "Authorization" ...; to the address' scheme, host and port only
  std::vector<std::string>
      secrets;                     // never in a message, a cache file or its name, as they stand or
                                   // percent-encoded; the credentials' values are by themselves
  double requests_per_second = 5;  // of its server, over all processes; 0: as many as there are
  int burst = 5;                   // that many at once after a rest
  double timeout_seconds = 30;     // of one attempt, from the look-up of the host to the last byte
  std::size_t largest_answer = 32u << 20;  // bytes of a body, unpacked
  int attempts = 3;                        // in all, of what is repeatable
  double longest_wait_seconds = 60;        // of a Retry-After; beyond it the answer says when
};

}  // namespace engine::http
