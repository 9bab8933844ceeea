// Content hashes: of imported files, recipes, scripts, playlists.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// XXH3-128 as 32 hexadecimal digits. Not for security.
std::string content_hash(std::string_view bytes);

/// Of all that is in a file, which may be larger than the memory. Throws Error(kInput).
std::string content_hash_of_file(const std::string& path);

}  // namespace engine
