#include "lua/slips.hpp"

namespace engine {
namespace {

/// The parser stops near `near`, and the line has `written`.
struct Slip {
  std::string_view near, written;
  const char* fix;
};

// The first that fits is told, so the longer ones come first.
constexpr Slip kSlips[] = {
    {"!", "!=", "write ~= for !=: a ~= b is true where they differ"},
    {"!", "!", "write not for !, as in: not t.is_owned"},
    {"&", "&&", "write and for &&"},
    {"|", "||", "write or for ||"},
    {"?", "?", "write a and b or c for a ? b : c"},
    {"=", "=>", "write function(t) return ... end for t => ..."},
    {">", "=>", "write function(t) return ... end for t => ..."},
    {">", "->", "write function(t) return ... end for t -> ..."},
    {"+", "+=", "write x = x + 1 for x += 1"},
    {"+", "++", "write x = x + 1 for x++"},
    {"-", "-=", "write x = x - 1 for x -= 1"},
    {"*", "*=", "write x = x * 2 for x *= 2"},
    {"/", "/=", "write x = x / 2 for x /= 2"},
    {"/", "//", "comments begin with --, and a / b divides"},
    {"#", "#", "comments begin with --"},
    {"{", "if", "write then ... end for { ... }, as in: if a > b then ... end"},
    {"{", "for", "write do ... end for { ... }, as in: for i = 1, 10 do ... end"},
    {"{", "while", "write do ... end for { ... }"},
    {"=", "if", "write == to compare; = gives a name its value"},
};

/// What stands in quotes at the message's end: near '='.
std::string_view near_token(std::string_view message) {
  constexpr std::string_view kNear = "near '";
  const std::size_t at = message.rfind(kNear);
  if (at == std::string_view::npos || message.back() != '\'') return {};
  const std::size_t begin = at + kNear.size();
  return begin < message.size() ? message.substr(begin, message.size() - begin - 1)
                                : std::string_view{};
}

}  // namespace

std::string syntax_fix(std::string_view message, std::string_view source_line) {
  const std::string_view near = near_token(message);
  for (const Slip& slip : kSlips) {
    if (near == slip.near && source_line.find(slip.written) != std::string_view::npos)
      return slip.fix;
  }
  return "";
}

}  // namespace engine
