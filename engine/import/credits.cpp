#include "import/credits.hpp"

#include <algorithm>
#include <cctype>

#include "core/ascii.hpp"

namespace engine::import {
namespace {

/// Signs that join two names, with and without spaces around them.
constexpr std::string_view kTightSigns[] = {",", ";", "、", "，", "；"};
constexpr std::string_view kLooseSigns[] = {
    "&",     "/",  "+",   "|",         "×", "＆", "and", "x",   "vs",  "vs.", "with", "feat",
    "feat.", "ft", "ft.", "featuring", "y", "e",  "et",  "und", "och", "og",  "en"};

struct Part {
  std::size_t begin, end;
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == static_cast<unsigned char>(y);
  });
}

/// Bytes of the sign that joins names at `at`, spaces around it included; 0 when there is none.
std::size_t sign_at(std::string_view text, std::size_t at) {
  const auto with_spaces = [&](std::size_t end) {
    while (end < text.size() && text[end] == ' ') ++end;
    return end - at;
  };
  for (const std::string_view sign : kTightSigns) {
    if (text.substr(at, sign.size()) != sign) continue;
    const std::size_t end = at + sign.size();
    const bool is_in_number =
        sign == "," && at > 0 && is_digit(text[at - 1]) && end < text.size() && is_digit(text[end]);
    return is_in_number ? 0 : with_spaces(end);
  }
  if (text[at] != ' ') return 0;
  std::size_t begin = at;
  while (begin < text.size() && text[begin] == ' ') ++begin;
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  if (end == text.size()) return 0;
  for (const std::string_view sign : kLooseSigns) {
    if (equal_ignoring_case(text.substr(begin, end - begin), sign)) return with_spaces(end);
  }
  return 0;
}

std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  std::size_t begin = 0;
  for (std::size_t at = 1; at < text.size() && parts.size() + 1 < kMostParts;) {
    const std::size_t size = sign_at(text, at);
    if (size == 0 || at == begin) {
      ++at;
      continue;
    }
    parts.push_back({begin, at});
    at = begin = at + size;
  }
  if (begin < text.size()) parts.push_back({begin, text.size()});
  return parts;
}

}  // namespace

std::vector<std::string> credited_names(std::string_view credit) {
  std::vector<std::string> names;
  const std::vector<Part> parts = parts_of(credit);
  if (parts.size() < 2) return names;
  for (std::size_t first = 0; first < parts.size(); ++first) {
    for (std::size_t last = parts.size(); last-- > first;) {
      if (first == 0 && last + 1 == parts.size()) continue;
      names.emplace_back(credit.substr(parts[first].begin, parts[last].end - parts[first].begin));
    }
  }
  return names;
}

}  // namespace engine::import
