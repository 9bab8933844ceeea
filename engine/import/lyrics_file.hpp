// A file of lyrics beside a music file, as sources get it.
#pragma once

#include <cstdint>
#include <string>

namespace engine::import {

/// More is no lyrics: an .lrc file with a stamp before each word is a tenth of it.
inline constexpr std::uint64_t kMostLyricsFile = 1 << 20;

/// The text as UTF-8 with line feeds (text_form.hpp) and kZerosBehind zero bytes behind it.
/// Throws Error(kInput) when it cannot be read, is too large, is no text, or is in an encoding that
/// nothing tells: bytes beyond ASCII that come in a row are no Western letters, and which others
/// they are cannot be seen.
std::string read_lyrics_file(const std::string& path);

}  // namespace engine::import
