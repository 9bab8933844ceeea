#include "serve/request_text.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"

namespace engine::serve {
namespace {

constexpr std::size_t kMostFields = 64;

[[noreturn]] void refuse_target(const char* why) {
  throw Error(Exit::kUsage, "the address asked for is none of this server's", {"", "", why, ""});
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = lower_case(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] == '+' && plus_is_blank) {
      decoded += ' ';
    } else if (text[k] != '%') {
      decoded += text[k];
    } else {
      const int high = k + 2 < text.size() ? hex_digit(text[k + 1]) : -1;
      const int low = k + 2 < text.size() ? hex_digit(text[k + 2]) : -1;
      if (high < 0 || low < 0) refuse_target("a % is followed by no two hexadecimal digits");
      decoded += static_cast<char>(high * 16 + low);
      k += 2;
    }
  }
  if (std::ranges::any_of(decoded, is_control)) refuse_target("it has control characters");
  if (!is_utf8(decoded)) refuse_target("it is no UTF-8");
  return decoded;
}

/// Calls `each` with the parts between separators, empty ones too.
template <class Each>
void split(std::string_view text, char separator, const Each& each) {
  for (;;) {
    const std::size_t end = text.find(separator);
    each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::string parse_path(std::string_view text) {
  if (!text.starts_with('/')) refuse_target("it does not begin with a slash");
  if (text == "/") return "/";
  std::string path;
  split(text.substr(1), '/', [&](std::string_view encoded) {
    const std::string part = percent_decoded(encoded, false);
    if (part.empty() || part == "." || part == "..")
      refuse_target("a part between its slashes is empty, \".\" or \"..\"");
    if (part.find_first_of("/\\") != std::string::npos)
      refuse_target("it has a backslash, or a slash in disguise");
    path.append("/").append(part);
  });
  return path;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

Target parse_target(std::string_view text) {
  const auto is_allowed = [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; };
  if (!std::ranges::all_of(text, is_allowed))
    refuse_target("it has characters that stand percent-encoded in an address");
  const std::size_t mark = text.find('?');
  Target target;
  target.path = parse_path(text.substr(0, mark));
  if (mark != std::string_view::npos) target.query = parse_fields(text.substr(mark + 1));
  return target;
}

Fields parse_fields(std::string_view text) {
  Fields fields;
  if (text.empty()) return fields;
  split(text, '&', [&](std::string_view field) {
    const std::size_t equals = field.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1);
    const auto [place, is_new] = fields.emplace(percent_decoded(field.substr(0, equals), true),
                                                percent_decoded(value, true));
    if (!is_new) refuse_target("a name stands in it twice");
    if (fields.size() > kMostFields) refuse_target("it has more than 64 fields");
  });
  return fields;
}

std::vector<std::string_view> cookie_values(std::string_view header, std::string_view name) {
  std::vector<std::string_view> values;
  split(header, ';', [&](std::string_view pair) {
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == name)
      values.push_back(trimmed(pair.substr(equals + 1)));
  });
  return values;
}

bool is_media_type(std::string_view content_type, std::string_view expected) {
  return equal_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))), expected);
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    const char lower = lower_case(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return is_control(c) && c != '\t'; });
}

}  // namespace engine::serve
