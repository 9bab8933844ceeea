// One HTTP request and its answer, by libcurl.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace external {

/// Why there is no answer to use, in words for a notice.
struct NoAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An http address on this machine: localhost, 127.x.x.x or [::1], without a user name.
bool is_loopback(const std::string& url);

/// POSTs JSON and returns the body of a 200. `beat` is called several times a second; what it
/// throws leaves this function. No redirects, no proxy, no cookies; http and https only.
/// Throws NoAnswer: no connection, no whole answer within `seconds`, another status, more than 4
/// MiB.
std::string post(const std::string& url, const std::string& json, double seconds,
                 const std::function<void()>& beat);

}  // namespace external
