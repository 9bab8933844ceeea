#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace source {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string from_latin1(std::string_view text) {
  std::string utf8;
  utf8.reserve(text.size() + 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xc0 | (byte >> 6));
      utf8 += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return utf8;
}

std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower_ascii(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = lower(c);
  return lowered;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string plain_name(std::string_view text) {
  std::string name;
  bool is_gap = false;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80) {
      if (is_gap && !name.empty()) name += '_';
      is_gap = false;
      name += lower(c);
    } else {
      is_gap = true;
    }
  }
  return name;
}

bool is_missing_word(std::string_view text) {
  if (text.size() > 9) return false;
  if (text.empty()) return true;
  for (const char* word : {"NA", "N/A", "None", "null", "nan", "undefined"}) {
    if (equals_ignoring_case(text, word)) return true;
  }
  return false;
}

namespace {

/// "6,00E-05" and "0,25" with a decimal point; "1,234" may be a thousand and stays as it is.
std::string with_point(std::string_view text) {
  std::string pointed(text);
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || text.find('.') != std::string_view::npos) return pointed;
  const bool is_thousands = text.size() == comma + 4 && text.substr(0, comma) != "0";
  if (!is_thousands && text.find(',', comma + 1) == std::string_view::npos) pointed[comma] = '.';
  return pointed;
}

}  // namespace

std::optional<double> read_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (at != end) {
    const std::string pointed = *at == ',' ? with_point(text) : std::string(text);
    return pointed == text ? std::nullopt : read_number(pointed);
  }
  if (error == std::errc::result_out_of_range) {
    return text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos
               ? std::optional(0.0)
               : std::nullopt;
  }
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
  text = trim(text);
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (!text.empty() && at == end && error == std::errc()) return value;
  const std::optional<double> real = read_number(text);
  if (!real || std::abs(*real) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::optional<bool> read_boolean(std::string_view text) {
  text = trim(text);
  for (const char* word : {"true", "yes", "t", "1", "1.0"}) {
    if (equals_ignoring_case(text, word)) return true;
  }
  for (const char* word : {"false", "no", "f", "0", "0.0"}) {
    if (equals_ignoring_case(text, word)) return false;
  }
  return std::nullopt;
}

std::optional<int> read_key(std::string_view text) {
  text = trim(text);
  if (const auto number = read_integer(text)) {
    if (*number < -1 || *number > 11) return std::nullopt;
    return static_cast<int>(*number);
  }
  if (text.empty()) return std::nullopt;
  static constexpr std::array<int, 7> kPitches = {9, 11, 0, 2, 4, 5, 7};  // A..G
  const char letter = lower(text.front());
  if (letter < 'a' || letter > 'g') return std::nullopt;
  const int pitch = kPitches[static_cast<std::size_t>(letter - 'a')];
  const std::string rest = lower_ascii(trim(text.substr(1)));
  if (rest.empty()) return pitch;
  if (rest == "#" || rest == "sharp" || rest == "\xe2\x99\xaf") return (pitch + 1) % 12;
  if (rest == "b" || rest == "flat" || rest == "\xe2\x99\xad") return (pitch + 11) % 12;
  // Both names at once, "C#/Db": the first one decides.
  if (const auto slash = rest.find('/'); slash != std::string::npos) {
    return read_key(std::string(1, letter) + rest.substr(0, slash));
  }
  return std::nullopt;
}

std::optional<int> read_mode(std::string_view text) {
  text = trim(text);
  if (equals_ignoring_case(text, "major")) return 1;
  if (equals_ignoring_case(text, "minor")) return 0;
  const auto number = read_integer(text);
  if (!number || *number < 0 || *number > 1) return std::nullopt;
  return static_cast<int>(*number);
}

// ---- lists --------------------------------------------------------------------------------------
std::optional<std::vector<std::string>> read_python_list(std::string_view text) {
  text = trim(text);
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = trim(text.substr(1, text.size() - 2));
  std::vector<std::string> items;
  while (!text.empty()) {
    const char quote = text.front();
    if (quote != '\'' && quote != '"') return std::nullopt;
    std::string item;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != quote; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      item += text[i];
    }
    if (i == text.size()) return std::nullopt;
    if (const auto part = trim(item); !part.empty()) items.emplace_back(part);
    text = trim(text.substr(i + 1));
    if (text.empty()) break;
    if (text.front() != ',') return std::nullopt;
    text = trim(text.substr(1));
  }
  return items;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    const std::string_view part = trim(text.substr(0, at));
    if (!part.empty()) parts.emplace_back(part);
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += '\x1f';
    joined += part;
  }
  return joined;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string shown = "\"";
  for (const char c : text.substr(0, kLongest)) {
    shown += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return shown + (text.size() > kLongest ? "...\"" : "\"");
}

}  // namespace source
