// Music files for tests: silent MPEG frames behind an ID3v2.4 tag, written by hand; and sox, where it
// is installed, for other formats.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace test {

/// A tag: an ID3 frame ("TIT2"), "TXXX:NAME", "UFID:OWNER", "USLT", or of sox a Vorbis comment. A
/// value may hold several behind NULs, one of "SYLT" its pieces between '|'.
using MusicTags = std::vector<std::pair<std::string, std::string>>;

/// `frame_count` frames of 1152 samples at 44.1 kHz, 26 ms each.
std::string mp3(const MusicTags& tags, int frame_count = 40);

/// True when sox can be run; says so once where it cannot.
bool has_sox();
/// Makes `path` (its ending is the format) with a second of a tone and these comments. False where
/// sox does not know the format.
bool make_by_sox(const std::string& path, const MusicTags& tags, double seconds = 1);

}  // namespace test
