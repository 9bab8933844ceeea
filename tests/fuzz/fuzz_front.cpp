// What the front of `engine serve` reads of requests itself: targets, forms, cookies, heads. What is
// let through means one thing: its path cannot climb, and it is the same when it is read again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "serve/gate.hpp"

namespace {

using namespace engine::serve;

void require(bool is_so) {
  if (!is_so) std::abort();
}

std::string encoded(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    (result += '%').append({kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return result;
}

bool is_plain(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return engine::is_utf8(text);
}

std::string written(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields)
    text.append(text.empty() ? "" : "&").append(encoded(name) + "=" + encoded(value));
  return text;
}

void read_target(const std::string& text) {
  Target target;
  try {
    target = parse_target(text);
  } catch (const engine::Error& error) {
    require(!error.parts().why.empty());
    return;
  }
  const std::string path = target.path + "/";
  require(path.front() == '/' && path.find("/../") == std::string::npos &&
          path.find("/./") == std::string::npos && path.find('\\') == std::string::npos);
  require(target.path == "/" || path.find("//") == std::string::npos);
  require(is_plain(path));
  for (const auto& [name, value] : target.query) require(is_plain(name) && is_plain(value));
}

void read_form(const std::string& text) {
  try {
    const Fields fields = parse_fields(text);
    if (!fields.empty()) require(parse_fields(written(fields)) == fields);
  } catch (const engine::Error&) {
  }
}

Gate& gate() {
  static Gate kGate([] {
    FrontOptions options;
    options.hosts = {"127.0.0.1:8533"};
    options.secret = std::string(32, 's');
    options.token = "the-token";
    options.requests_per_second = options.sign_ins_per_minute = 1e9;
    return options;
  }());
  return kGate;
}

/// The bytes as lines: method, target, then headers, "NAME: VALUE". No one is let in without the
/// token, and nothing is passed on but from the server's own name and page.
void read_head(const std::string& text) {
  Head head;
  head.version = "HTTP/1.1";
  head.bytes = text.size() > (24 << 10) ? text.size() : 0;  // too many, or not counted
  std::size_t at = 0;
  for (int line = 0; at < text.size() && line < 40; ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string part = text.substr(at, end - at);
    const std::size_t colon = part.find(": ");
    if (line == 0)
      head.method = part;
    else if (line == 1)
      head.target = part;
    else if (colon != std::string::npos)
      head.headers.emplace_back(part.substr(0, colon), part.substr(colon + 2));
    at = end + 1;
  }
  const Verdict verdict = gate().look(head, 1.7e9);
  for (const Header& header : verdict.answer.headers)
    require(is_header_name(header.first) && is_header_value(header.second));
  if (verdict.way != Verdict::kDesk) return;
  require(text.find("the-token") != std::string::npos);
  require(text.find("127.0.0.1:8533") != std::string::npos);
  require(("/" + verdict.asked.path + "/").find("/../") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_target(text);
  read_target("/" + text);
  read_form(text);
  for (const std::string_view value : cookie_values(text, "playlist"))
    require(text.find(value) != std::string::npos && value.find(';') == std::string_view::npos);
  read_head(text);
  read_head("POST\n/api/like\nHost: 127.0.0.1:8533\nAuthorization: Bearer the-token\n" + text);
  return 0;
}
