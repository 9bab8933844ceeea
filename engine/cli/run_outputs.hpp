// --to FORMAT:FILE, of run and watch.
#pragma once

#include <string>

namespace engine {

struct RunOutput {
  std::string format, path;
};

/// Throws Error(kUsage).
RunOutput parse_output(const std::string& text);

}  // namespace engine
