#include "lua/text_bounds.hpp"

#include "core/error.hpp"

namespace engine {

std::string clipped(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t whole = text.size();
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "... (" + std::to_string(whole) + " bytes)";
}

void check_text(const std::string& what, std::size_t bytes, std::size_t most,
                const std::string& where, const std::string& source) {
  if (bytes <= most) return;
  throw Error(Exit::kRecipe, what + " has " + std::to_string(bytes) + " bytes",
              {where, source, "at most " + std::to_string(most) + " are allowed", ""});
}

}  // namespace engine
