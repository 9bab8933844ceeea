// Addresses of http and https, taken apart so that two are compared by what they mean.
//
// Only what every reader of addresses takes for the same is read: ASCII, no user, no backslash, no
// percent-encoded host, IPv4 in four decimal numbers. libcurl gets the parts put together again.
// All throw std::invalid_argument that says what is wrong, without the text itself, which may hold a
// secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::http {

struct Address {
  bool is_https = false;
  std::string host;        // lower case; IPv6 in brackets
  int port = 0;            // 80 or 443 where the text has none
  std::string path = "/";  // with the query, without a fragment

  [[nodiscard]] int own_port() const { return is_https ? 443 : 80; }
  /// "https://music.example.org", ":8443" behind it where that is not the scheme's own.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string text() const { return origin() + path; }
  [[nodiscard]] bool is_same_origin(const Address& other) const;
};

/// A whole address.
Address parse_address(std::string_view text);
/// Of a service: a whole address without a query.
Address parse_service_address(std::string_view text);
/// Where `target` of a request leads: behind the service's address, or the whole address it is.
Address target_address(const Address& service, std::string_view target);
/// Where the Location of an answer leads, which came from `from`.
Address redirect_address(const Address& from, std::string_view location);

/// Whether `address` is at one of `hosts` ("host" or "host:port"; ".host" for all names below it, at
/// the scheme's own port); by http only where the
/// service's own address is http.
bool is_at_one_of(const Address& address, const std::vector<std::string>& hosts,
                  const Address& service);

/// Whether a host is a number, which needs no look-up; or localhost, likewise.
bool is_numeric_or_local(const std::string& host);

}  // namespace engine::http
