#include "cli/run_outputs.hpp"

#include "core/error.hpp"

namespace engine {

RunOutput parse_output(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw Error(Exit::kUsage, "cannot read --to \"" + text + "\"",
                {"", "", "it takes FORMAT:FILE", "e.g. --to m3u8:weekly.m3u8"});
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace engine
