#include "lua/formula_tokens.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>

namespace engine {
namespace {

constexpr std::string_view kKeywords[] = {"and",   "break", "do",       "else", "elseif", "end",
                                          "false", "for",   "function", "goto", "if",     "in",
                                          "local", "nil",   "not",      "or",   "repeat", "return",
                                          "then",  "true",  "until",    "while"};
constexpr std::string_view kLongSymbols[] = {"...", "==", "~=", "<=", ">=", "..", "::"};

bool is_name_part(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::optional<std::vector<LuaToken>> run() {
    while (true) {
      skip_space();
      if (at_ >= text_.size()) break;
      if (!token()) return std::nullopt;
    }
    tokens_.push_back({});
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_space() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(peek())) != 0) {
        ++at_;
      } else if (peek() == '-' && peek(1) == '-' && peek(2) != '[') {
        while (at_ < text_.size() && peek() != '\n') ++at_;
      } else {
        return;
      }
    }
  }
  bool token() {
    const char c = peek();
    const bool is_digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (is_digit || (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))) != 0)) {
      return number();
    }
    if (is_name_part(c)) return word();
    if (c == '"' || c == '\'') return quoted();
    return symbol();
  }
  bool word() {
    std::size_t end = at_;
    while (end < text_.size() && is_name_part(text_[end])) ++end;
    LuaToken token;
    token.text = text_.substr(at_, end - at_);
    const bool is_keyword =
        std::find(std::begin(kKeywords), std::end(kKeywords), token.text) != std::end(kKeywords);
    token.kind = is_keyword ? LuaToken::Kind::kKeyword : LuaToken::Kind::kName;
    tokens_.push_back(std::move(token));
    at_ = end;
    return true;
  }
  bool number() {
    const std::string rest(text_.substr(at_, 64));
    char* end = nullptr;
    LuaToken token;
    token.kind = LuaToken::Kind::kNumber;
    token.number = std::strtod(rest.c_str(), &end);
    at_ += static_cast<std::size_t>(end - rest.c_str());
    tokens_.push_back(std::move(token));
    return end != rest.c_str() && !is_name_part(peek()) && peek() != '.';
  }
  bool quoted() {
    const char quote = peek();
    LuaToken token;
    token.kind = LuaToken::Kind::kText;
    for (++at_; peek() != quote; ++at_) {
      char c = peek();
      if (c == '\0' || c == '\n' || c == '\r') return false;
      if (c == '\\') {
        c = peek(1);
        ++at_;
        if (c == 'n') {
          c = '\n';
        } else if (c == 't') {
          c = '\t';
        } else if (c != '\\' && c != '"' && c != '\'') {
          return false;
        }
      }
      token.text += c;
    }
    ++at_;
    tokens_.push_back(std::move(token));
    return true;
  }
  bool symbol() {
    LuaToken token;
    token.kind = LuaToken::Kind::kSymbol;
    for (const std::string_view known : kLongSymbols) {
      if (text_.substr(at_, known.size()) == known) {
        token.text = known;
        break;
      }
    }
    if (token.text.empty()) token.text = std::string(1, peek());
    const bool is_plain = token.text != "[" || (peek(1) != '[' && peek(1) != '=');
    at_ += token.text.size();
    tokens_.push_back(std::move(token));
    return is_plain;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<LuaToken> tokens_;
};

}  // namespace

std::optional<std::vector<LuaToken>> lua_tokens(std::string_view text) {
  return Tokenizer(text).run();
}

}  // namespace engine
