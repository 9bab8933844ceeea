#include "http/request_rules.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "core/ascii.hpp"

namespace engine::http {
namespace {

constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
/// Of the connection, or of what the client decides.
constexpr std::string_view kOwnHeaders[] = {"accept-encoding",
                                            "connection",
                                            "content-length",
                                            "expect",
                                            "host",
                                            "keep-alive",
                                            "te",
                                            "trailer",
                                            "transfer-encoding",
                                            "upgrade",
                                            "user-agent",
                                            "range",
                                            "if-range"};
/// Who is asked elsewhere learns nothing of who asks.
constexpr std::string_view kPersonalHeaders[] = {"authorization", "cookie", "referer", "origin"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [&](auto one) { return equal_ignoring_case(name, one); });
}

bool is_token(char c) {
  const char lower = lower_case(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

void check_header(const Header& one) {
  if (one.name.empty() || !std::ranges::all_of(one.name, is_token))
    throw std::invalid_argument("a header's name is none");
  for (const char c : one.value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < ' ' && c != '\t') || byte == 127)
      throw std::invalid_argument("header " + one.name + " has a control character in it");
  }
  if (is_one_of(one.name, kOwnHeaders) || one.name.starts_with("Proxy-") ||
      one.name.starts_with("proxy-"))
    throw std::invalid_argument("header " + one.name + " is the client's own");
}

bool asks_only(const std::string& method) {
  return method == "GET" || method == "HEAD";
}

void require_no_secret(const std::string& text, const Secrets& secrets) {
  if (secrets.are_in(text))
    throw std::invalid_argument("it would take a secret of the service to another host");
}

[[noreturn]] void refuse_host(const Address& address, const char* what) {
  throw std::invalid_argument(std::string(what) + " " + address.origin() +
                              ", which is neither its address nor among its other hosts");
}

}  // namespace

void check_headers(const std::vector<Header>& headers) {
  for (const Header& one : headers) check_header(one);
}

void check_request(const Request& request) {
  if (std::ranges::find(kMethods, request.method) == std::end(kMethods))
    throw std::invalid_argument("the method is none of GET, HEAD, POST, PUT, PATCH, DELETE");
  if (asks_only(request.method) && !request.body.empty())
    throw std::invalid_argument(request.method + " has no body");
  check_headers(request.headers);
}

bool is_repeatable(const Request& request) {
  return request.is_repeatable || asks_only(request.method) || request.method == "PUT" ||
         request.method == "DELETE";
}

Address allowed_address(const Service& service, const Request& request, const Secrets& secrets) {
  const Address home = parse_service_address(service.address);
  Address address = target_address(home, request.target);
  if (address.is_same_origin(home)) return address;
  if (!is_at_one_of(address, service.other_hosts, home)) refuse_host(address, "a target leads to");
  require_no_secret(address.text(), secrets);
  require_no_secret(request.body, secrets);
  return address;
}

std::optional<Redirect> redirect_of(const Service& service, const Request& request,
                                    const std::string& method, const Address& from,
                                    const Answer& answer, const Secrets& secrets) {
  const int status = answer.status;
  const bool may_change_method = status == 301 || status == 302;
  if (!may_change_method && status != 303 && status != 307 && status != 308) return std::nullopt;
  const std::string* location = header(answer, "location");
  if (location == nullptr) return std::nullopt;
  Redirect redirect{redirect_address(from, *location), method, /*keeps_body=*/true};
  if (!asks_only(method)) {
    if (may_change_method)
      throw std::invalid_argument("it answers " + method + " with status " +
                                  std::to_string(status) +
                                  ", a redirect that browsers turn into GET");
    if (status == 303) redirect = {redirect.address, "GET", /*keeps_body=*/false};
  }
  const Address home = parse_service_address(service.address);
  if (redirect.address.is_same_origin(home)) return redirect;
  if (!is_at_one_of(redirect.address, service.other_hosts, home))
    refuse_host(redirect.address, "it leads to");
  if (!asks_only(request.method))
    throw std::invalid_argument("it leads " + request.method + " to another host, " +
                                redirect.address.origin());
  require_no_secret(redirect.address.text(), secrets);
  return redirect;
}

std::vector<Header> headers_to_send(const Service& service, const Request& request,
                                    bool is_elsewhere, bool has_body, const Secrets& secrets) {
  std::vector<Header> sent;
  if (!is_elsewhere) sent = service.credentials;
  for (const Header& one : request.headers) {
    const bool is_credential = std::ranges::any_of(service.credentials, [&](const Header& other) {
      return equal_ignoring_case(one.name, other.name);
    });
    if (is_credential || (!has_body && equal_ignoring_case(one.name, "content-type"))) continue;
    if (is_elsewhere && (is_one_of(one.name, kPersonalHeaders) || secrets.are_in(one.value)))
      continue;
    sent.push_back(one);
  }
  return sent;
}

std::string cache_question(const Service& service, const Request& request, const Secrets& secrets) {
  std::vector<std::string> lines;
  for (const Header& one : request.headers) {
    std::string line;
    for (const char c : one.name) line += lower_case(c);
    lines.push_back(line + ": " + one.value);
  }
  std::ranges::sort(lines);
  std::string question =
      service.name + '\n' + request.method + ' ' +
      target_address(parse_service_address(service.address), request.target).text();
  for (const std::string& line : lines) question += '\n' + line;
  return secrets.scrubbed(question);
}

std::optional<Answer> answer_to_keep(const Answer& answer, const Secrets& secrets) {
  if (secrets.are_in(answer.body)) return std::nullopt;
  Answer kept = answer;
  std::erase_if(kept.headers, [](const Header& one) {
    return one.name == "set-cookie" || one.name == "set-cookie2";
  });
  for (const Header& one : kept.headers)
    if (secrets.are_in(one.value)) return std::nullopt;
  return kept;
}

}  // namespace engine::http
