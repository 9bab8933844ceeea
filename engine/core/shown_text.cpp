#include "core/shown_text.hpp"

#include <algorithm>
#include <utf8proc.h>

namespace engine {

FirstCharacter first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t character = -1;
  const utf8proc_ssize_t length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &character);
  if (length <= 0) return {-1, 1};
  return {character, static_cast<std::size_t>(length)};
}

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool is_printable_ascii(unsigned char c) {
  return c >= 32 && c < 127;
}

/// Most texts are plain; they are told by one pass over their bytes.
std::size_t plain_bytes(std::string_view text) {
  return static_cast<std::size_t>(
      std::find_if_not(text.begin(), text.end(),
                       [](char c) { return is_printable_ascii(static_cast<unsigned char>(c)); }) -
      text.begin());
}

template <class Replace>
std::string replaced(std::string_view text, const Replace& replace) {
  const std::size_t plain = plain_bytes(text);
  std::string result(text.substr(0, plain));
  for (text.remove_prefix(plain); !text.empty();) {
    const FirstCharacter next = first_character(text);
    const std::string_view own = text.substr(0, next.length);
    result += replace(next.character, own);
    text.remove_prefix(next.length);
  }
  return result;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (text.remove_prefix(plain_bytes(text)); !text.empty();) {
    const FirstCharacter next = first_character(text);
    if (next.character < 0) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  return replaced(text, [](std::int32_t character, std::string_view own) {
    return character < 0 ? kReplacement : own;
  });
}

bool is_harmful(std::int32_t c) {
  return c < 32 || (c >= 127 && c < 160) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
}

std::string shown_text(std::string_view text) {
  return replaced(text, [](std::int32_t character, std::string_view own) {
    const bool stays = character == '\n' || character == '\t' || !is_harmful(character);
    return stays ? own : std::string_view("?");
  });
}

std::string one_line(std::string_view text) {
  return replaced(text, [](std::int32_t character, std::string_view own) {
    if (character == '\t') return std::string_view(" ");
    return is_harmful(character) ? std::string_view("?") : own;
  });
}

}  // namespace engine
