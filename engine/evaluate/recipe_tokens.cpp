#include "evaluate/recipe_tokens.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace engine::evaluate {
namespace {

bool is_name_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}
bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}

  std::vector<RecipeToken> read() {
    while (at_ < source_.size()) step();
    add(RecipeToken::Kind::kEnd, 0);
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  void skip(std::size_t count) {
    count = std::min(count, source_.size() - at_);
    // Lines as LuaJIT counts them: \n, \r, \r\n and \n\r are one end each.
    for (const std::size_t end = at_ + count; at_ < end; ++at_) {
      if (!is_line_end(peek())) continue;
      const bool is_second = is_first_of_pair_ && source_[at_] != source_[at_ - 1];
      is_first_of_pair_ = !is_second && is_line_end(peek(1));
      line_ += is_second ? 0 : 1;
    }
  }
  void add(RecipeToken::Kind kind, std::size_t length) {
    tokens_.push_back({kind, source_.substr(at_, length), at_, line_});
    skip(length);
  }

  void step() {
    const char c = peek();
    if (std::isspace(static_cast<unsigned char>(c)) != 0) return skip(1);
    if (c == '-' && peek(1) == '-') return comment();
    if (const std::size_t length = long_bracket(0); length > 0)
      return add(RecipeToken::Kind::kText, length);
    if (c == '"' || c == '\'') return add(RecipeToken::Kind::kText, quoted());
    if (is_name_start(c)) return add(RecipeToken::Kind::kName, name());
    if (is_digit(c) || (c == '.' && is_digit(peek(1))))
      return add(RecipeToken::Kind::kNumber, number());
    add(RecipeToken::Kind::kSymbol, 1);
  }
  void comment() {
    if (const std::size_t length = long_bracket(2); length > 0) return skip(2 + length);
    const std::size_t end = source_.find_first_of("\r\n", at_);
    skip(end == std::string_view::npos ? source_.size() : end - at_);
  }
  /// Length of the long bracket that opens `ahead` from here, its ends included; 0: none.
  [[nodiscard]] std::size_t long_bracket(std::size_t ahead) const {
    if (peek(ahead) != '[') return 0;
    std::size_t level = 0;
    while (peek(ahead + 1 + level) == '=') ++level;
    if (peek(ahead + 1 + level) != '[') return 0;
    const std::string close = "]" + std::string(level, '=') + "]";
    const std::size_t begin = at_ + ahead;
    const std::size_t end = source_.find(close, begin + level + 2);
    return (end == std::string_view::npos ? source_.size() : end + close.size()) - begin;
  }
  [[nodiscard]] std::size_t quoted() const {
    std::size_t length = 1;
    while (at_ + length < source_.size() && peek(length) != peek() && !is_line_end(peek(length)))
      length += peek(length) == '\\' ? 2 : 1;
    return length + 1;
  }
  [[nodiscard]] std::size_t name() const {
    std::size_t length = 1;
    while (is_name_start(peek(length)) || is_digit(peek(length))) ++length;
    return length;
  }
  [[nodiscard]] std::size_t number() const {
    std::size_t length = 1;
    while (is_name_start(peek(length)) || is_digit(peek(length)) || peek(length) == '.' ||
           ((peek(length) == '-' || peek(length) == '+') &&
            (peek(length - 1) == 'e' || peek(length - 1) == 'E')))
      ++length;
    return length;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool is_first_of_pair_ = false;  // the last character was a line end that the next may go with
  std::vector<RecipeToken> tokens_;
};

}  // namespace

std::vector<RecipeToken> recipe_tokens(std::string_view source) {
  return Reader(source).read();
}

}  // namespace engine::evaluate
