// What is sung, out of a text as players keep it: plain, or in the lines of an .lrc file.
//
//   [ti:Starfire]                 [ar:] [ti:] [offset:] ..., and any other line that is all in
//   [Chorus]                      square brackets, is a note and goes
//   [00:12.00][01:40.5]Stay       stamps go; a line of several is kept once
//   <00:12.00> Stay <00:12.9> a   so do those of words
//   Written by: Somebody          credits go where nothing is sung yet, or any more
//
// Text          UTF-8 as far as it came so; lines end with '\n', one empty line between verses. Of
//               more than kMostLyrics bytes the lines that fit
// Instrumental  [au: instrumental], as LRCGET writes it, or a text that says nothing else
// Format        en.wikipedia.org/wiki/LRC_(file_format), "simple" and "enhanced"; minutes may have
//               any number of digits, hours may stand before them
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace source {

inline constexpr std::size_t kMostLyrics = 64 << 10;

struct Lyrics {
  std::string text;
  bool is_instrumental = false;  // then the text is ""

  [[nodiscard]] bool is_empty() const { return text.empty() && !is_instrumental; }
};

/// Any bytes; never throws. Time: linear.
Lyrics read_lyrics(std::string_view bytes);

}  // namespace source
