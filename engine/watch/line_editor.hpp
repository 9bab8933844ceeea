// Keys of a terminal as bytes, and the one-line editor of the watcher's prompts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// One key press.
struct Key {
  enum Name {
    kText,  // `text` holds one character, UTF-8
    kEnter,
    kEscape,
    kBackspace,
    kDelete,
    kLeft,
    kRight,
    kUp,
    kDown,
    kPageUp,
    kPageDown,
    kHome,
    kEnd,
    kCutToStart,
    kCutToEnd,
    kCutWord,
    kEndOfInput,
    kRedraw,
    kUnknown,
  } name = kUnknown;
  std::string text;
};

/// Turns bytes as they come into keys; keeps the beginning of a sequence for the next bytes.
class KeyReader {
 public:
  std::vector<Key> take(std::string_view bytes);
  /// A lone ESC waits for the rest of a sequence; call this when none came within 30 ms or so.
  std::vector<Key> give_up_waiting();
  [[nodiscard]] bool is_waiting() const { return !kept_.empty(); }

 private:
  std::optional<Key> next(bool is_all);
  std::string kept_;
};

/// A line being typed. The cursor stands before character `cursor`, counted in bytes.
class LineEditor {
 public:
  explicit LineEditor(std::string prompt, std::string text = "");
  enum Outcome { kEditing, kDone, kCancelled };
  Outcome press(const Key& key);
  [[nodiscard]] const std::string& prompt() const { return prompt_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t cursor() const { return cursor_; }

 private:
  [[nodiscard]] std::size_t before(std::size_t at) const;
  [[nodiscard]] std::size_t after(std::size_t at) const;
  void cut(std::size_t from, std::size_t to);
  std::string prompt_, text_;
  std::size_t cursor_;
};

}  // namespace engine
