// Other files of the same export, by their names: the engine finds them beside the file that is
// read, or in its archive, and gives their texts.
#pragma once

#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

namespace source {

/// The text of the file of that name, followed by at least 64 readable zero bytes; "" where there is
/// none. To be asked for before the first row: what was read with it is another reading.
inline std::string_view companion(const playlist::SourceCall& call, std::string_view name) {
  return call.setting(("beside:" + std::string(name)).c_str()).value_or("");
}

}  // namespace source
