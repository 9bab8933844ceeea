// JSON lines: a file of one JSON object a line.
#pragma once

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

namespace engine::import {

/// Takes the next line off the text, without its end, \n or \r\n.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

class JsonLines {
 public:
  /// A record of these files is a text and at most a few ten thousand numbers. A longer line is not
  /// looked into: as values it takes twenty times the room.
  static constexpr std::size_t kLongestLine = 4 << 20;

  /// A view of `text`.
  explicit JsonLines(std::string_view text) : text_(text), size_(text.size()) {}

  /// Reads the next line into `json`; false at the end. Where it is no object, `record` gets a
  /// `problem`, and for a blank line the `bucket` "empty".
  template <typename Record>
  bool next(nlohmann::json& json, Record& record) {
    if (text_.empty()) return false;
    const std::string_view line = take_line(text_);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      record.bucket = "empty";
      record.problem = "a blank line";
      return true;
    }
    if (line.size() > kLongestLine) {
      record.problem = "its line is longer than 4 MiB";
      return true;
    }
    json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) record.problem = "it is no JSON object";
    return true;
  }
  /// Of the text, 0 .. 1.
  [[nodiscard]] double fraction() const {
    return size_ == 0 ? 1 : 1 - static_cast<double>(text_.size()) / static_cast<double>(size_);
  }

 private:
  std::string_view text_;
  std::size_t size_;
};

}  // namespace engine::import
