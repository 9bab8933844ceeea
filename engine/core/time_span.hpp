// Spans of time as people write them.
#pragma once

#include <cstdint>
#include <string_view>

namespace engine {

/// "12h", "3d", "1w" as seconds; whole numbers from 1 on. Throws Error(kUsage).
std::int64_t parse_span(std::string_view text);

}  // namespace engine
