// Ticks: a call at every loop head, function entry and goto, so that a runaway recipe stops in
// compiled code too. The text keeps its lines; it has plain line ends (source_text.hpp).
//
// A function that calls nothing gets no tick at its entry: alone it cannot run twice, and most
// formulas are such functions.
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "lua/lua_state.hpp"
#include "lua/source_text.hpp"

namespace engine {
namespace {

constexpr std::string_view kTick = " __tick(); ";

bool is_name_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}
bool is_name_rest(char c) {
  return is_name_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_keyword(std::string_view word) {
  static constexpr std::string_view kKeywords[] = {
      "and", "break",    "do",     "else", "elseif", "end",   "false",
      "for", "function", "if",     "in",   "local",  "nil",   "not",
      "or",  "repeat",   "return", "then", "true",   "until", "while"};
  for (const std::string_view keyword : kKeywords) {
    if (word == keyword) return true;
  }
  return false;
}

/// One pass over the tokens; `out` grows by the source and its ticks.
class Ticker {
 public:
  explicit Ticker(std::string source) : source_(std::move(source)) {}

  std::string run() {
    out_ = "local __tick = ...; ";
    skip_byte_order_mark_and_shebang();
    while (at_ < source_.size()) step();
    return with_entry_ticks();
  }

 private:
  /// What the last token was, as far as the next one's meaning depends on it.
  enum class Last { kOther, kValue, kDot, kColon };

  struct Function {
    std::size_t entry;  // where in out_ its tick would stand
    std::size_t depth;  // of blocks, itself included
    bool is_leaf = true;
  };

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  void copy(std::size_t count) {
    out_.append(source_, at_, count);
    at_ = std::min(at_ + count, source_.size());
  }

  void skip_byte_order_mark_and_shebang() {
    if (source_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    if (peek() == '#') {
      while (at_ < source_.size() && peek() != '\n') ++at_;
    }
  }

  void step() {
    const char c = peek();
    if (is_space(c)) return copy(1);
    if (c == '-' && peek(1) == '-') return comment();
    if (c == '[' && long_bracket_level() >= 0) return long_text();
    if (c == '"' || c == '\'') return quoted_text();
    if (is_name_start(c)) return word();
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) return number();
    punctuation();
  }

  /// The number of = signs of a long bracket that opens `ahead` of here, or -1.
  [[nodiscard]] int long_bracket_level(std::size_t ahead = 0) const {
    if (peek(ahead) != '[') return -1;
    const std::size_t first = ++ahead;
    while (peek(ahead) == '=') ++ahead;
    return peek(ahead) == '[' ? static_cast<int>(ahead - first) : -1;
  }
  /// Behind the long bracket that opens `ahead` of here.
  [[nodiscard]] std::size_t after_long_bracket(std::size_t ahead) const {
    const auto level = static_cast<std::size_t>(long_bracket_level(ahead));
    std::string close(level + 2, '=');
    close.front() = close.back() = ']';
    const std::size_t end = source_.find(close, at_ + ahead + level + 2);
    return end == std::string::npos ? source_.size() - at_ : end + close.size() - at_;
  }
  /// Behind the comment whose dashes end `ahead` of here.
  [[nodiscard]] std::size_t after_comment(std::size_t ahead) const {
    if (long_bracket_level(ahead) >= 0) return after_long_bracket(ahead);
    while (at_ + ahead < source_.size() && peek(ahead) != '\n') ++ahead;
    return ahead;
  }
  void comment() { copy(after_comment(2)); }
  void long_text() {
    note_call();
    copy(after_long_bracket(0));
    last_ = Last::kValue;
  }
  void quoted_text() {
    note_call();
    const char quote = peek();
    copy(1);
    while (at_ < source_.size() && peek() != quote && peek() != '\n') {
      if (peek() == '\\') {
        escape();
      } else {
        copy(1);
      }
    }
    copy(1);
    last_ = Last::kValue;
  }
  void escape() {
    copy(1);
    if (peek() == 'z') {
      copy(1);
      while (is_space(peek())) copy(1);
    } else {
      copy(1);
    }
  }
  void number() {
    while (is_name_rest(peek()) || peek() == '.') copy(1);
    last_ = Last::kValue;
  }

  void word() {
    std::size_t length = 1;
    while (is_name_rest(peek(length))) ++length;
    const std::string word = source_.substr(at_, length);
    if (word == "__tick") {
      throw Error(Exit::kRecipe, "the name __tick belongs to the engine",
                  {"", "", "", "choose another name"});
    }
    const bool is_goto = word == "goto" && last_ != Last::kDot && last_ != Last::kColon &&
                         is_followed_by_name(length);
    if (is_goto) out_ += kTick;
    copy(length);
    last_ = is_keyword(word) && word != "end" ? Last::kOther : Last::kValue;
    if (word == "do" || word == "repeat") out_ += kTick;
    count_blocks(word);
  }
  [[nodiscard]] bool is_followed_by_name(std::size_t length) const {
    return is_name_start(peek(after_space_and_comments(length)));
  }
  [[nodiscard]] std::size_t after_space_and_comments(std::size_t ahead) const {
    while (at_ + ahead < source_.size()) {
      if (is_space(peek(ahead))) {
        ++ahead;
      } else if (peek(ahead) == '-' && peek(ahead + 1) == '-') {
        ahead = after_comment(ahead + 2);
      } else {
        break;
      }
    }
    return ahead;
  }
  void count_blocks(std::string_view word) {
    if (word == "function") {
      if (!open_.empty()) functions_[open_.back()].is_leaf = false;
      is_header_ = true;
    } else if (word == "do" || word == "if" || word == "repeat") {
      ++depth_;
    } else if (word == "end" || word == "until") {
      if (!open_.empty() && functions_[open_.back()].depth == depth_) open_.pop_back();
      if (depth_ > 0) --depth_;
    }
  }

  void punctuation() {
    const char c = peek();
    if (c == ':' && peek(1) == ':') {
      copy(2);
      last_ = Last::kOther;
      return;
    }
    if (c == '(' || c == '{') note_call();
    copy(1);
    if (c == ')' && is_header_) {
      is_header_ = false;
      open_.push_back(functions_.size());
      functions_.push_back({out_.size(), ++depth_});
      last_ = Last::kOther;
      return;
    }
    last_ = c == ')' || c == ']' || c == '}' ? Last::kValue
            : c == '.'                       ? Last::kDot
            : c == ':'                       ? Last::kColon
                                             : Last::kOther;
  }
  /// A parenthesis, table or text right after a value is a call.
  void note_call() {
    if (!is_header_ && last_ == Last::kValue && !open_.empty()) {
      functions_[open_.back()].is_leaf = false;
    }
  }

  [[nodiscard]] std::string with_entry_ticks() const {
    std::string all;
    std::size_t copied = 0;
    for (const Function& function : functions_) {
      if (function.is_leaf) continue;
      all.append(out_, copied, function.entry - copied);
      all += kTick;
      copied = function.entry;
    }
    return all.append(out_, copied);
  }

  std::string source_;
  std::size_t at_ = 0, depth_ = 0;
  std::string out_;
  Last last_ = Last::kOther;
  bool is_header_ = false;           // between `function` and the end of its parameters
  std::vector<Function> functions_;  // in the order of their entries
  std::vector<std::size_t> open_;    // those we stand in, outermost first
};

}  // namespace

std::string add_ticks(std::string_view source) {
  return Ticker(with_plain_line_ends(source)).run();
}

}  // namespace engine
