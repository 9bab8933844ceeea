// The text of a message: words with emphasis and links, cut to what Telegram takes and only then
// turned into markup, so that no cut falls into a tag and no title is taken for one.
//
// Markup    Telegram's HTML: & < > " and ' are escaped, everything else means itself, so that a
//           title such as "*_[x](y)_*" is what it is. Of tags only b, i, code and a are written.
// Limit     4,096 UTF-16 units of the text without its markup.
// Cut       Behind a whole character as people see it: no half of a surrogate pair, no letter without
//           its accents, no family without a child.
// Direction Words of others that are written from right to left are isolated (U+2068, U+2069), so
//           that they do not turn the line around in which they stand; characters of theirs that turn
//           directions by themselves, and control characters, are "?" (core/shown_text.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace engine::bot {

/// As UTF-16; of bytes that are no UTF-8 one each.
std::size_t utf16_units(std::string_view text);

/// `text` where it has no more than `units`, else its beginning and "…" in as many.
std::string cut_text(std::string_view text, std::size_t units);

class MessageText {
 public:
  static constexpr std::size_t kMostUnits = 4096;

  /// Sentences, with line ends.
  MessageText& add(std::string_view text);
  /// Somebody's words on one line: a title, a name.
  MessageText& name(std::string_view text) { return word(Style::kPlain, text); }
  MessageText& bold(std::string_view text) { return word(Style::kBold, text); }
  MessageText& italic(std::string_view text) { return word(Style::kItalic, text); }
  MessageText& code(std::string_view text) { return word(Style::kCode, text); }
  /// To an https address; without one it is name().
  MessageText& link(std::string_view text, std::string_view address);
  MessageText& append(const MessageText& other);

  [[nodiscard]] bool is_empty() const { return parts_.empty(); }
  [[nodiscard]] std::size_t units() const;
  /// Without markup, not cut.
  [[nodiscard]] std::string plain() const;
  [[nodiscard]] std::string html(std::size_t most_units = kMostUnits) const;

 private:
  enum class Style { kPlain, kBold, kItalic, kCode, kLink };
  struct Part {
    Style style;
    std::string text, address;
  };
  MessageText& word(Style style, std::string_view text);
  static std::string marked_up(const Part& part, std::string_view text);

  std::vector<Part> parts_;
};

}  // namespace engine::bot
