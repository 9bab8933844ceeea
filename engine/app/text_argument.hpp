// Texts that a request gives and the library keeps.
#pragma once

#include <string>

namespace engine::app {

/// Names and parameters come back in JSON, which holds nothing but UTF-8: throws Error(kUsage) that
/// names the flag for others.
void require_utf8(const std::string& flag, const std::string& text);

}  // namespace engine::app
