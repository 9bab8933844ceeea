// The music files that `engine import --files PATH...` looks at: by the endings of their names, as
// a folder of music holds covers, lists and logs as well.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "import/input_files.hpp"

namespace engine::import {

struct MusicFolder {
  struct Unreadable {
    std::size_t argument;
    std::string path, why;
  };
  std::vector<InputFile> files;        // paths are absolute, in the bytes that the disc has
  std::vector<std::string> arguments;  // likewise
  std::vector<Unreadable> unreadable;  // folders, and files that cannot be looked at
};

/// Files as they were given, whatever they are called; folders with all music files below them, in
/// natural order, without hidden ones. Links are followed; a folder that several ways lead to, or
/// that holds itself, is read once, where it really is if that is below the same argument.
/// Throws Error(kInput) for a path that is not there.
MusicFolder list_music_files(const std::vector<std::string>& paths);

/// Of absolute paths.
bool is_at_or_below(std::string_view path, std::string_view folder);

/// NAME.lrc, else NAME.txt, beside the music file NAME.mp3; the ending in lower or in upper case.
LyricsFile find_lyrics_file(const std::string& music_path);

/// By the ending, in any case: "flac", "mp3" ...
bool has_music_ending(std::string_view path);

}  // namespace engine::import
