// What a part of a title beside the song's own name says, in many languages: text in brackets or
// behind " - ".
//
// credit   who else took part: "feat. X", "with X" (in brackets), "prod. by X"
// edition  the same recording, published another time or in another form: "2011 Remaster",
//          "Remasterizado", "リマスター", "Mono", "Radio Edit", "Bonus Track", "From "Film"",
//          "Official Video"
// version  another recording of the song: "Live at X", "Ao Vivo", "ライブ", "X Remix", "Acoustic",
//          "Sped Up", "Demo", "Taylor's Version"
// title    words of the song's name: "(Live Your Life)", "(Forget About Me)"
//
// Words of other languages are first brought to their English ones ("en vivo" is "live"), so that
// the rules exist once. The words are the tables in title_words.cpp; each line of them is tested in
// tests/core/title_words_test.cpp.
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace engine {

enum class TitlePart { kTitle, kCredit, kEdition, kVersion };

struct TitlePartReading {
  TitlePart part = TitlePart::kTitle;
  std::string version;  // kVersion: the words that name it; "en vivo en Madrid" -> "live en madrid"
};

/// `text` is a part as it was written, case-folded; `words` are its words, separated by spaces.
/// `is_bracketed`: "(with X)" names a guest, " - with X" does not.
TitlePartReading read_title_part(std::string_view text, std::string_view words, bool is_bracketed);

/// True for titles that only name a place on an album, so that every album of an artist may have
/// one: "intro", "interlude ii", "skit 3", "untitled". `title` as in TextKey.
bool is_album_part(std::string_view title);

}  // namespace engine
