// Tokens of the plain part of Lua that formulas are compiled from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct LuaToken {
  enum class Kind : std::uint8_t { kName, kKeyword, kNumber, kText, kSymbol, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  // of a text: its value
  double number = 0;

  [[nodiscard]] bool is(std::string_view word) const {
    return (kind == Kind::kKeyword || kind == Kind::kSymbol) && text == word;
  }
};

/// Nothing for what formulas rarely hold: long brackets, escapes but \\ \" \' \n \t, numbers with
/// suffixes. The last token is kEnd.
std::optional<std::vector<LuaToken>> lua_tokens(std::string_view text);

}  // namespace engine
