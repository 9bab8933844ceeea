#include "text.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace {

/// Length of the well-formed UTF-8 sequence at the front, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return continues(1) ? 2 : 0;
  if (first < 0xf0) {
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;  // surrogates
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first > 0xf4 || (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) {
    return 0;
  }
  return continues(1) && continues(2) && continues(3) ? 4 : 0;
}

/// use(sequence) for each character of valid_utf8(text).
template <class Use>
void each_character(std::string_view text, Use&& use) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    use(length > 0 ? text.substr(0, length) : std::string_view("\xef\xbf\xbd"));
    text.remove_prefix(length > 0 ? length : 1);
  }
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first < 0x20 || first == 0x7f) return true;
  // U+0080..U+009F, and the separators U+2028 and U+2029
  return (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0) ||
         character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9";
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  each_character(text, [&](std::string_view character) { valid += character; });
  return valid;
}

std::string one_line(std::string_view text) {
  std::string line;
  each_character(text, [&](std::string_view character) {
    line += is_control(character) ? std::string_view(" ") : character;
  });
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return line.substr(first, line.find_last_not_of(' ') - first + 1);
}

std::string xml(std::string_view text) {
  std::string escaped;
  each_character(text, [&](std::string_view character) {
    const char c = character[0];
    if (character == "&") {
      escaped += "&amp;";
    } else if (character == "<") {
      escaped += "&lt;";
    } else if (character == ">") {
      escaped += "&gt;";
    } else if (character == "\"") {
      escaped += "&quot;";
    } else if (character == "\r") {
      escaped += "&#13;";  // a bare one would read back as a line feed
    } else if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') {
      return;
    } else if (character != "\xef\xbf\xbe" && character != "\xef\xbf\xbf") {  // U+FFFE, U+FFFF
      escaped += character;
    }
  });
  return escaped;
}

std::string percent_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
      continue;
    }
    encoded += '%';
    encoded += kHex[static_cast<unsigned char>(c) >> 4];
    encoded += kHex[static_cast<unsigned char>(c) & 15];
  }
  return encoded;
}

// Days to a date by Howard Hinnant's civil_from_days (public domain).
std::string iso_time(std::int64_t unix_seconds) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t day = (unix_seconds - ((unix_seconds % kDay + kDay) % kDay)) / kDay;
  const std::int64_t second = unix_seconds - day * kDay;
  const std::int64_t z = day + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t doe = z - era * 146'097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", static_cast<int>(year),
                static_cast<int>(month), static_cast<int>(doy - (153 * mp + 2) / 5 + 1),
                static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60),
                static_cast<int>(second % 60));
  return text;
}

std::string shortest(float value) {
  if (std::isnan(value)) return "";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}
