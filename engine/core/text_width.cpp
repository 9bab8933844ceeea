#include "core/text_width.hpp"

#include <utf8proc.h>

#include "core/shown_text.hpp"

namespace engine {
namespace {

int width_of(std::int32_t character) {
  return character < 0 ? 1 : utf8proc_charwidth(character);
}

}  // namespace

int text_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const FirstCharacter next = first_character(text);
    width += width_of(next.character);
    text.remove_prefix(next.length);
  }
  return width;
}

std::string fitted(std::string_view text, int columns) {
  const std::string safe = one_line(text);
  if (text_width(safe) <= columns) return safe;
  std::string_view rest = safe;
  std::string result;
  for (int width = 0; !rest.empty();) {
    const FirstCharacter next = first_character(rest);
    width += width_of(next.character);
    if (width > columns - 1) break;
    result += rest.substr(0, next.length);
    rest.remove_prefix(next.length);
  }
  return columns > 0 ? result + "…" : "";
}

}  // namespace engine
