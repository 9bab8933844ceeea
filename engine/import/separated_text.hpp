// Records of comma-, semicolon- or tab-separated text, as RFC 4180 has them and spreadsheets write
// them.
//
// Fields in quotes may hold separators and line ends, "" is a quote in them. LF and CRLF. A quote
// that is not closed within kLongestRecord, or not at all, costs its line, not the rest of the
// file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace engine::import {

class SeparatedText {
 public:
  static constexpr std::size_t kLongestRecord = 1 << 20;

  /// A view of `text`; the separator is the one that its first line uses most outside quotes.
  explicit SeparatedText(std::string_view text);

  /// Reads the next record, blank lines too: they have one empty field. False at the end.
  bool next();
  /// Of the last record, without blanks around what was not quoted.
  [[nodiscard]] const std::vector<std::string>& fields() const { return fields_; }
  /// "", or why the last record cannot be read; it then has no fields.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Bytes that are behind.
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  bool read_quoted(std::string& field);
  void read_plain(std::string& field);
  void skip_line();
  [[nodiscard]] bool is_line_end() const { return at_ == text_.size() || text_[at_] == '\n'; }

  std::string_view text_;
  std::size_t at_ = 0;
  char separator_;
  std::vector<std::string> fields_;
  std::string problem_;
  std::size_t reread_ = 0;  // bytes read in vain behind quotes that were not closed
};

}  // namespace engine::import
