#include "lua/source_text.hpp"

namespace engine {

std::string with_plain_line_ends(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  const auto is_end = [](char c) { return c == '\n' || c == '\r'; };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_end(text[at])) {
      plain += text[at];
      continue;
    }
    plain += '\n';
    const bool is_pair = at + 1 < text.size() && is_end(text[at + 1]) && text[at + 1] != text[at];
    if (is_pair) ++at;
  }
  return plain;
}

}  // namespace engine
