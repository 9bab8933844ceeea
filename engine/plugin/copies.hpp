// Content-named copies of plugin libraries.
//
// A mapped library that is overwritten in place crashes its process, and a rebuilt one under the
// same name may silently stay the old one. Loading a copy that is named after its contents rules
// out both: a rebuilt plugin is another file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace engine {

/// Makes the folder of copies where it is missing, with mode 0700. Throws std::runtime_error with
/// one line when it cannot be made or is not ours alone.
void make_copies_folder(const std::string& folder);

/// The path of the copy of `bytes` in `folder`: NAME-HASH.so, made when it is not there yet. The
/// folder is made where it is missing. Copies that no start has used for 30 days are removed when a
/// new one is made. Throws std::runtime_error with one line when the folder is not ours alone or
/// the copy cannot be written. Threads and processes: any number at once.
std::string content_copy(const std::string& folder, const std::string& name,
                         std::string_view bytes);

/// True when there is a copy `path` of that many bytes; notes that it is in use.
bool has_copy(const std::string& path, std::size_t size);

/// Writes a file that is there whole or not at all. Throws std::runtime_error with one line.
void write_whole(const std::string& path, std::string_view bytes);

}  // namespace engine
