// Files that several processes make at once, on one machine or on many that see one folder.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// "4711@node7": no other process that sees the same folder has this now.
std::string process_mark();

/// As write_file_atomically(), but for the first one only: false where the file is there, which then stays as it
/// is. Throws Error(kInput).
bool write_file_once(const std::string& path, std::string_view bytes);

/// All of it to a file that is open; false with errno.
bool write_all(int file, std::string_view bytes);

}  // namespace engine
