// Texts of the command line that the library keeps.
#pragma once

#include <string>

namespace engine {

/// Names and parameters come back in JSON, which holds nothing but UTF-8: throws Error(kUsage) that
/// names the flag for others.
void require_utf8(const std::string& flag, const std::string& text);

}  // namespace engine
