#include "import/separated_text.hpp"

#include <algorithm>
#include <array>

namespace engine::import {
namespace {

constexpr std::string_view kSeparators = ",;\t";

char guess_separator(std::string_view text) {
  std::array<std::size_t, kSeparators.size()> counts{};
  bool is_quoted = false;
  for (const char c : text.substr(0, SeparatedText::kLongestRecord)) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '\n') break;
    if (const std::size_t k = kSeparators.find(c); k != std::string_view::npos) ++counts[k];
  }
  return kSeparators[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                              counts.begin())];
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

}  // namespace

SeparatedText::SeparatedText(std::string_view text)
    : text_(text), separator_(guess_separator(text)) {}

bool SeparatedText::next() {
  fields_.clear();
  problem_.clear();
  if (at_ == text_.size()) return false;
  const std::size_t start = at_;
  while (true) {
    std::string& field = fields_.emplace_back();
    while (at_ < text_.size() && is_blank(text_[at_]) && text_[at_] != separator_) ++at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!read_quoted(field)) {
        // A file of nothing but stray quotes would be read once for every line of it.
        reread_ += at_ - start;
        at_ = start;
        skip_line();
        fields_.clear();
        return true;
      }
    } else {
      read_plain(field);
    }
    if (is_line_end()) break;
    ++at_;  // the separator
  }
  if (at_ < text_.size()) ++at_;
  return true;
}

// What stands between the closing quote and the separator belongs to the field.
bool SeparatedText::read_quoted(std::string& field) {
  const std::size_t most = reread_ > 16 * kLongestRecord ? 1 << 12 : kLongestRecord;
  const std::size_t end = std::min(text_.size(), at_ + most);
  for (++at_; at_ < end; ++at_) {
    if (text_[at_] != '"') {
      field += text_[at_];
    } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      field += text_[at_++];
    } else {
      ++at_;
      std::string rest;
      read_plain(rest);
      field += rest;
      return true;
    }
  }
  problem_ = "a quote is not closed";
  return false;
}

void SeparatedText::read_plain(std::string& field) {
  const std::size_t start = at_;
  while (!is_line_end() && text_[at_] != separator_) ++at_;
  std::size_t end = at_;
  while (end > start && is_blank(text_[end - 1])) --end;
  field = text_.substr(start, end - start);
}

void SeparatedText::skip_line() {
  at_ = std::min(text_.find('\n', at_), text_.size());
  if (at_ < text_.size()) ++at_;
}

}  // namespace engine::import
