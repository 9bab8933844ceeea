#include "watch/line_editor.hpp"

#include <algorithm>
#include <utility>

namespace engine {
namespace {

constexpr std::pair<std::string_view, Key::Name> kSequences[] = {
    {"\x1b[A", Key::kUp},      {"\x1b[B", Key::kDown},      {"\x1b[C", Key::kRight},
    {"\x1b[D", Key::kLeft},    {"\x1bOA", Key::kUp},        {"\x1bOB", Key::kDown},
    {"\x1bOC", Key::kRight},   {"\x1bOD", Key::kLeft},      {"\x1b[H", Key::kHome},
    {"\x1b[F", Key::kEnd},     {"\x1bOH", Key::kHome},      {"\x1bOF", Key::kEnd},
    {"\x1b[1~", Key::kHome},   {"\x1b[4~", Key::kEnd},      {"\x1b[3~", Key::kDelete},
    {"\x1b[5~", Key::kPageUp}, {"\x1b[6~", Key::kPageDown},
};

Key::Name control_key(char c) {
  switch (c) {
    case '\r':
    case '\n':
      return Key::kEnter;
    case 127:
    case 8:
      return Key::kBackspace;
    case 1:
      return Key::kHome;
    case 2:
      return Key::kLeft;
    case 4:
      return Key::kEndOfInput;
    case 5:
      return Key::kEnd;
    case 6:
      return Key::kRight;
    case 11:
      return Key::kCutToEnd;
    case 12:
      return Key::kRedraw;
    case 21:
      return Key::kCutToStart;
    case 23:
      return Key::kCutWord;
    default:
      return Key::kUnknown;
  }
}

std::size_t character_length(unsigned char first) {
  if (first < 0x80) return 1;
  if ((first & 0xe0) == 0xc0) return 2;
  if ((first & 0xf0) == 0xe0) return 3;
  return (first & 0xf8) == 0xf0 ? 4 : 1;
}

/// Length of the escape sequence at the start, 0 when it is not all there.
std::size_t sequence_length(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  if (bytes[1] == 'O') return bytes.size() < 3 ? 0 : 3;
  if (bytes[1] != '[') return 2;
  for (std::size_t i = 2; i < bytes.size(); ++i) {
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7e) return i + 1;
  }
  return 0;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::vector<Key> KeyReader::take(std::string_view bytes) {
  kept_ += bytes;
  std::vector<Key> keys;
  while (std::optional<Key> key = next(false)) keys.push_back(std::move(*key));
  return keys;
}

std::vector<Key> KeyReader::give_up_waiting() {
  std::vector<Key> keys;
  while (std::optional<Key> key = next(true)) keys.push_back(std::move(*key));
  return keys;
}

std::optional<Key> KeyReader::next(bool is_all) {
  if (kept_.empty()) return std::nullopt;
  Key key;
  std::size_t length = 1;
  if (kept_[0] == '\x1b') {
    length = sequence_length(kept_);
    if (length == 0 && !is_all) return std::nullopt;
    if (length == 0) length = kept_.size();
    const std::string_view sequence(kept_.data(), length);
    const auto found = std::find_if(std::begin(kSequences), std::end(kSequences),
                                    [&](const auto& known) { return known.first == sequence; });
    if (found != std::end(kSequences)) key.name = found->second;
    if (length == 1) key.name = Key::kEscape;
  } else if (static_cast<unsigned char>(kept_[0]) < 32 || kept_[0] == 127) {
    key.name = control_key(kept_[0]);
  } else {
    length = character_length(static_cast<unsigned char>(kept_[0]));
    if (kept_.size() < length && !is_all) return std::nullopt;
    length = std::min(length, kept_.size());
    key = {Key::kText, kept_.substr(0, length)};
  }
  kept_.erase(0, length);
  return key;
}

LineEditor::LineEditor(std::string prompt, std::string text)
    : prompt_(std::move(prompt)), text_(std::move(text)), cursor_(text_.size()) {}

LineEditor::Outcome LineEditor::press(const Key& key) {
  switch (key.name) {
    case Key::kEnter:
      return kDone;
    case Key::kEscape:
      return kCancelled;
    case Key::kEndOfInput:
      if (text_.empty()) return kCancelled;
      cut(cursor_, after(cursor_));
      break;
    case Key::kText:
      text_.insert(cursor_, key.text);
      cursor_ += key.text.size();
      break;
    case Key::kBackspace:
      if (text_.empty()) return kCancelled;
      cut(before(cursor_), cursor_);
      break;
    case Key::kDelete:
      cut(cursor_, after(cursor_));
      break;
    case Key::kLeft:
      cursor_ = before(cursor_);
      break;
    case Key::kRight:
      cursor_ = after(cursor_);
      break;
    case Key::kHome:
      cursor_ = 0;
      break;
    case Key::kEnd:
      cursor_ = text_.size();
      break;
    case Key::kCutToStart:
      cut(0, cursor_);
      break;
    case Key::kCutToEnd:
      cut(cursor_, text_.size());
      break;
    case Key::kCutWord: {
      std::size_t from = cursor_;
      while (from > 0 && text_[from - 1] == ' ') --from;
      while (from > 0 && text_[from - 1] != ' ') --from;
      cut(from, cursor_);
      break;
    }
    default:
      break;
  }
  return kEditing;
}

std::size_t LineEditor::before(std::size_t at) const {
  if (at > 0) --at;
  while (at > 0 && is_continuation(text_[at])) --at;
  return at;
}

std::size_t LineEditor::after(std::size_t at) const {
  if (at < text_.size()) ++at;
  while (at < text_.size() && is_continuation(text_[at])) ++at;
  return at;
}

void LineEditor::cut(std::size_t from, std::size_t to) {
  text_.erase(from, to - from);
  cursor_ = from;
}

}  // namespace engine
