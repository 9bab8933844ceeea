// The tokens of a recipe with their places, for edits that leave the rest of the text alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace engine::evaluate {

struct RecipeToken {
  enum class Kind : std::uint8_t { kName, kNumber, kText, kSymbol, kEnd };
  Kind kind = Kind::kEnd;
  std::string_view text;  // as it stands in the source; of a text, with its quotes
  std::size_t begin = 0;
  int line = 1;

  [[nodiscard]] bool is(std::string_view word) const { return kind != Kind::kText && text == word; }
};

/// Ends with a kEnd. Keywords are names; symbols are single characters. `source` outlives them.
std::vector<RecipeToken> recipe_tokens(std::string_view source);

}  // namespace engine::evaluate
