// The files that `engine import PATH...` reads, in the order it reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace engine::import {

/// The file of lyrics beside a music file, as it looks on the disc.
struct LyricsFile {
  std::string path;  // "": there is none
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
};

struct InputFile {
  std::string path;
  std::string person;  // whose file it is with is_user_per_folder, else ""
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  // its time of modification, in the file system's terms
  bool is_named = false;         // given by the user, not found in a folder
  std::size_t argument = 0;      // which of the given paths it is, or was found in
  LyricsFile lyrics = {};        // of a music file
  std::size_t below = 0;         // where the part of the path begins that the user did not name
};

/// Files as they were given; folders with all they hold, in natural order ("part 2" before
/// "part 10"), without hidden files, `__MACOSX` and `._*`. With is_user_per_folder every folder
/// directly below a given path belongs to the person it is named after.
/// Throws Error(kInput) for a path that does not exist or cannot be read.
std::vector<InputFile> list_input_files(const std::vector<std::string>& paths,
                                        bool is_user_per_folder);

/// True when `a` comes before `b`: runs of digits compare as numbers, other bytes as lower case.
bool natural_less(const std::string& a, const std::string& b);

/// Names that archives and folders carry along without meaning: `__MACOSX`, `._x`, `.DS_Store`.
bool is_litter(const std::string& path);

}  // namespace engine::import
