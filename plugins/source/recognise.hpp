// Looking at the head of a file: which source reads it is decided by its content; the name only
// breaks ties.
#pragma once

#include "playlist/plugin.hpp"

#include <initializer_list>
#include <string_view>

#include "text.hpp"

namespace source {

enum Sureness : int { kNo = 0, kByName = 20, kLikely = 60, kSure = 90, kCertain = 100 };

class JsonHead {
 public:
  explicit JsonHead(const playlist::Input& input) : text_(trim(without_bom(input.head()))) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool is_list() const { return text_.starts_with('['); }
  [[nodiscard]] bool is_object() const { return text_.starts_with('{'); }
  /// "[]", all of it: only the name can tell what it would have held.
  [[nodiscard]] bool is_empty_list() const { return is_list() && trim(text_.substr(1)) == "]"; }
  /// True when `"key":` stands somewhere; the same word as a value is none.
  [[nodiscard]] bool has(std::string_view key) const {
    for (std::size_t at = text_.find(key); at != std::string_view::npos;
         at = text_.find(key, at + 1)) {
      const std::size_t end = at + key.size();
      if (at == 0 || text_[at - 1] != '"' || end >= text_.size() || text_[end] != '"') continue;
      const std::size_t behind = text_.find_first_not_of(" \t\r\n", end + 1);
      if (behind == std::string_view::npos || text_[behind] == ':') return true;
    }
    return false;
  }
  [[nodiscard]] bool has_all(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys) {
      if (!has(key)) return false;
    }
    return true;
  }
  [[nodiscard]] bool has_any(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys) {
      if (has(key)) return true;
    }
    return false;
  }

 private:
  std::string_view text_;
};

/// The first line that is not blank, of a file that may hold a JSON object a line.
struct FirstLine {
  std::string_view text;
  bool is_cut;  // it goes on behind what recognise() sees

  explicit FirstLine(const playlist::Input& input) : text(trim(without_bom(input.head()))) {
    const std::size_t end = text.find('\n');
    is_cut = end == std::string_view::npos && input.head().size() < input.length();
    text = text.substr(0, end);
  }
};

/// True when the file's name begins with `prefix`, in any case.
inline bool is_named(const playlist::Input& input, std::string_view prefix) {
  return equals_ignoring_case(input.name().substr(0, prefix.size()), prefix);
}

}  // namespace source
