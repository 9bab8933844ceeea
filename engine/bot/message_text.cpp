#include "bot/message_text.hpp"

#include <utf8proc.h>

#include "core/shown_text.hpp"
#include "page/html.hpp"

namespace engine::bot {
namespace {

constexpr std::string_view kCut = "…";
constexpr std::string_view kIsolate = "\u2068", kPop = "\u2069";

std::size_t units_of(std::int32_t character) {
  return character > 0xffff ? 2 : 1;
}

/// How many bytes of `text` are whole characters, as people see them, of no more than `units`.
std::size_t bytes_within(std::string_view text, std::size_t units) {
  std::size_t whole = 0, at = 0, used = 0;
  std::int32_t before = -1;
  utf8proc_int32_t state = 0;
  while (at < text.size()) {
    const FirstCharacter first = first_character(text.substr(at));
    const bool begins = before < 0 || first.character < 0 ||
                        utf8proc_grapheme_break_stateful(before, first.character, &state);
    if (begins) whole = at;
    used += units_of(first.character);
    if (used > units) return whole;
    at += first.length;
    before = first.character;
  }
  return text.size();
}

/// Hebrew, Arabic and the other scripts that are written from the right.
bool is_from_right(std::int32_t character) {
  return (character >= 0x590 && character <= 0x8ff) ||
         (character >= 0xfb1d && character <= 0xfdff) ||
         (character >= 0xfe70 && character <= 0xfeff) ||
         (character >= 0x10800 && character <= 0x10fff) ||
         (character >= 0x1e800 && character <= 0x1efff);
}

bool has_from_right(std::string_view text) {
  while (!text.empty()) {
    const FirstCharacter first = first_character(text);
    if (is_from_right(first.character)) return true;
    text.remove_prefix(first.length);
  }
  return false;
}

bool is_isolated(std::string_view text) {
  return text.starts_with(kIsolate) && text.ends_with(kPop);
}

}  // namespace

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  while (!text.empty()) {
    const FirstCharacter first = first_character(text);
    units += units_of(first.character);
    text.remove_prefix(first.length);
  }
  return units;
}

std::string cut_text(std::string_view text, std::size_t units) {
  if (utf16_units(text) <= units) return std::string(text);
  if (units == 0) return "";
  return std::string(text.substr(0, bytes_within(text, units - 1))) + std::string(kCut);
}

MessageText& MessageText::add(std::string_view text) {
  if (!text.empty()) parts_.push_back({Style::kPlain, shown_text(text), ""});
  return *this;
}

MessageText& MessageText::word(Style style, std::string_view text) {
  std::string shown = one_line(text);
  if (has_from_right(shown)) shown = std::string(kIsolate) + shown + std::string(kPop);
  if (!shown.empty()) parts_.push_back({style, std::move(shown), ""});
  return *this;
}

MessageText& MessageText::link(std::string_view text, std::string_view address) {
  if (!address.starts_with("https://")) return name(text);
  const std::size_t before = parts_.size();
  word(Style::kLink, text);
  if (parts_.size() > before) parts_.back().address = address;
  return *this;
}

MessageText& MessageText::append(const MessageText& other) {
  parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
  return *this;
}

std::size_t MessageText::units() const {
  std::size_t units = 0;
  for (const Part& part : parts_) units += utf16_units(part.text);
  return units;
}

std::string MessageText::plain() const {
  std::string text;
  for (const Part& part : parts_) text += part.text;
  return text;
}

std::string MessageText::marked_up(const Part& part, std::string_view text) {
  const std::string escaped = html_escaped(text);
  switch (part.style) {
    case Style::kBold:
      return "<b>" + escaped + "</b>";
    case Style::kItalic:
      return "<i>" + escaped + "</i>";
    case Style::kCode:
      return "<code>" + escaped + "</code>";
    case Style::kLink:
      return "<a href=\"" + html_escaped(part.address) + "\">" + escaped + "</a>";
    case Style::kPlain:
      break;
  }
  return escaped;
}

std::string MessageText::html(std::size_t most_units) const {
  std::string result;
  const bool is_cut = units() > most_units;
  std::size_t left = is_cut ? most_units - utf16_units(kCut) : most_units;
  for (const Part& part : parts_) {
    const std::size_t units = utf16_units(part.text);
    if (units <= left) {
      result += marked_up(part, part.text);
      left -= units;
      continue;
    }
    // What was isolated stays so: its end is not cut off.
    const bool has_pop = is_isolated(part.text);
    const std::size_t room = has_pop && left > 0 ? left - 1 : left;
    std::string kept(std::string_view(part.text).substr(0, bytes_within(part.text, room)));
    if (has_pop && !kept.empty()) kept += kPop;
    if (!kept.empty()) result += marked_up(part, kept);
    return result + std::string(kCut);
  }
  return result;
}

}  // namespace engine::bot
