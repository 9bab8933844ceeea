// Content hashes: of imported files, recipes, scripts, playlists.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// XXH3-128 as 32 hexadecimal digits. Not for security.
std::string content_hash(std::string_view bytes);

}  // namespace engine
