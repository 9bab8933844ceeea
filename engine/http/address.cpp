#include "http/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <stdexcept>

#include "core/ascii.hpp"

namespace engine::http {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument(why);
}

bool begins_with(std::string_view text, std::string_view lower_case_prefix) {
  return text.size() >= lower_case_prefix.size() &&
         equal_ignoring_case(text.substr(0, lower_case_prefix.size()), lower_case_prefix);
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// Readers of addresses differ about everything else.
void require_plain(std::string_view text) {
  for (const char c : text) {
    if (c == '\\') refuse("an address has a backslash in it");
    if (c <= ' ' || c >= 127)  // char may be signed
      refuse("an address has a blank, a control character or one beyond ASCII in it");
  }
}

/// "0x7f.1" and "2130706433" are 127.0.0.1 to some and names to others.
void require_one_meaning(const std::string& host) {
  const std::string last = host.substr(host.rfind('.') + 1);
  const bool is_hex_number =
      last.starts_with("0x") && std::all_of(last.begin() + 2, last.end(), is_hex);
  if (!is_hex_number && !std::ranges::all_of(last, is_digit)) return;
  in_addr number;
  if (::inet_pton(AF_INET, host.c_str(), &number) != 1)
    refuse("an address has a host that is neither a name nor four numbers from 0 to 255");
}

std::string read_name(std::string_view text) {
  std::string host;
  for (const char c : text) host += lower_case(c);
  char before = '.';
  for (const char c : host) {
    const bool is_letter = c >= 'a' && c <= 'z';
    if (!is_letter && !is_digit(c) && c != '-' && c != '_' && c != '.')
      refuse("an address has a host with characters in it that no host has");
    if (c == '.' && before == '.') refuse("an address has a host with an empty part");
    before = c;
  }
  if (host.empty()) refuse("an address has no host");
  if (before == '.') refuse("an address has a host with an empty part");
  if (host.size() > 253) refuse("an address has a host of more than 253 characters");
  require_one_meaning(host);
  return host;
}

/// `text` is what stands between the brackets.
std::string read_ipv6(std::string_view text) {
  in6_addr number;
  char written[INET6_ADDRSTRLEN];
  if (::inet_pton(AF_INET6, std::string(text).c_str(), &number) != 1 ||
      ::inet_ntop(AF_INET6, &number, written, sizeof written) == nullptr)
    refuse("an address has brackets around what is no IPv6 address");
  return '[' + std::string(written) + ']';
}

int read_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || text.size() > 5 || port < 1 ||
      port > 65535 || !is_digit(text.front()))
    refuse("an address has a port that is none");
  return port;
}

void read_authority(std::string_view text, Address& address) {
  if (text.find('@') != std::string_view::npos) refuse("an address has a user in it");
  std::size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    host_end = text.find(']');
    if (host_end == std::string_view::npos) refuse("an address has a bracket without its end");
    address.host = read_ipv6(text.substr(1, host_end - 1));
    ++host_end;
  } else {
    address.host = read_name(text.substr(0, host_end));
  }
  address.port = address.own_port();
  if (host_end >= text.size()) return;
  if (text[host_end] != ':' || host_end + 1 == text.size())
    refuse("an address has a port that is none");
  address.port = read_port(text.substr(host_end + 1));
}

bool is_whole(std::string_view text) {
  return begins_with(text, "http://") || begins_with(text, "https://");
}

/// "ftp:", "javascript:": letters and a colon before anything else.
bool has_scheme(std::string_view text) {
  const std::size_t end = text.find_first_of(":/?#");
  return end != std::string_view::npos && text[end] == ':';
}

std::string_view without_fragment(std::string_view text) {
  return text.substr(0, text.find('#'));
}

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find('?'));
}

/// Servers write what belongs encoded into a Location as it stands.
std::string encoded(std::string_view location) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  for (const char c : location) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == ' ' || byte >= 128) {
      text += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string Address::origin() const {
  return (is_https ? "https://" : "http://") + host +
         (port == own_port() ? "" : ':' + std::to_string(port));
}

bool Address::is_same_origin(const Address& other) const {
  return is_https == other.is_https && host == other.host && port == other.port;
}

Address parse_address(std::string_view text) {
  require_plain(text);
  if (!is_whole(text)) refuse("an address begins with neither http:// nor https://");
  Address address;
  address.is_https = begins_with(text, "https:");
  text = without_fragment(text.substr(text.find("//") + 2));
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  read_authority(text.substr(0, end), address);
  address.path = text.substr(end);
  if (!address.path.starts_with('/')) address.path.insert(0, 1, '/');
  return address;
}

Address parse_service_address(std::string_view text) {
  Address address = parse_address(text);
  if (address.path.find('?') != std::string::npos) refuse("a service's address has a query");
  return address;
}

Address target_address(const Address& service, std::string_view target) {
  require_plain(target);
  if (is_whole(target)) return parse_address(target);
  target = without_fragment(target);
  if (!target.empty() && target.front() != '/' && target.front() != '?')
    refuse("a target begins with none of /, ?, http:// and https://");
  Address address = service;
  if (address.path.ends_with('/') && (address.path.size() > 1 || target.starts_with('/')))
    address.path.pop_back();
  address.path += target;
  return address;
}

Address redirect_address(const Address& from, std::string_view location) {
  const std::string text = encoded(without_fragment(location));
  require_plain(text);
  if (text.empty()) refuse("a redirect leads nowhere");
  if (is_whole(text)) return parse_address(text);
  if (has_scheme(text)) refuse("a redirect leads to what is neither http:// nor https://");
  if (text.starts_with("//")) return parse_address((from.is_https ? "https:" : "http:") + text);
  Address address = from;
  const std::string path(without_query(from.path));
  if (text.front() == '/') {
    address.path = text;
  } else if (text.front() == '?') {
    address.path = path + text;
  } else {
    address.path = path.substr(0, path.rfind('/') + 1) + text;
  }
  return address;
}

bool is_at_one_of(const Address& address, const std::vector<std::string>& hosts,
                  const Address& service) {
  if (service.is_https && !address.is_https) return false;
  const std::string scheme = address.is_https ? "https://" : "http://";
  return std::ranges::any_of(hosts, [&](const std::string& host) {
    if (host.find_first_of("/?#") != std::string::npos)
      refuse("one of a service's other hosts is more than a host and a port");
    // Servers of one name's many machines: ia800100.us.archive.org.
    if (host.starts_with('.'))
      return address.host.ends_with(host) &&
             address.is_same_origin(parse_address(scheme + address.host));
    return address.is_same_origin(parse_address(scheme + host));
  });
}

bool is_numeric_or_local(const std::string& host) {
  in_addr number;
  return host.starts_with('[') || ::inet_pton(AF_INET, host.c_str(), &number) == 1 ||
         host == "localhost" || host.ends_with(".localhost");
}

}  // namespace engine::http
