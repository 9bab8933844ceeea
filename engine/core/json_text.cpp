#include "core/json_text.hpp"

#include <cstdio>
#include <utf8proc.h>

#include "core/shown_text.hpp"

namespace engine {

std::string terminal_json(const std::string& json) {
  std::string result;
  result.reserve(json.size());
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(json.data());
  for (std::size_t i = 0; i < json.size();) {
    // Below 127 only line ends are left of the control characters: the others are escaped already.
    if (at[i] < 127) {
      result += json[i++];
      continue;
    }
    utf8proc_int32_t character = -1;
    const utf8proc_ssize_t found =
        utf8proc_iterate(at + i, static_cast<utf8proc_ssize_t>(json.size() - i), &character);
    const std::size_t length = found > 0 ? static_cast<std::size_t>(found) : 1;
    if (is_harmful(character)) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(character) & 0xffff);
      result += escaped;
    } else {
      result.append(json, i, length);
    }
    i += length;
  }
  return result;
}

}  // namespace engine
