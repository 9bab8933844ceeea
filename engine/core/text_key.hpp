// Keys that are equal for the names of the same artist, song and version, however a service spells
// them.
//
// artist  "Björk feat. X" -> "bjork"; "Simon & Garfunkel" -> "simon and garfunkel";
//         "AC/DC" -> "ac dc"
// title   what remains of the title without featured artists, edition words and version words:
//         "Heroes - 2017 Remaster" -> "heroes"; "Don’t Stop (feat. Y)" -> "dont stop"
// version the words that name another recording, "" for the ordinary one:
//         "Song (Live at Wembley)" -> "live at wembley"; "Song - Acoustic Version" -> "acoustic";
//         "Song (X Remix)" -> "x remix". What the words are: core/title_words.hpp
// album   only for titles that every album may have ("Intro", "Skit 2"), where the album is known:
//         without its editions; "" for a single, whose album has the track's own name
//
// Keys are stored. When a change here or in title_words gives other keys, add a migration that
// computes them again (store/migrations.cpp, rekey_tracks).
//
// How: NFKD and case folding; accents dropped from Latin and Greek letters only, so that other
// scripts keep their marks; typographic quotes, dashes and spaces equal their ASCII forms;
// apostrophes vanish, other punctuation separates words. Text in (), [] or after " - " is a part of
// the title unless its words say that it is an edition, a version or a featured artist. A name that
// would come out empty ("!!!", "( )") keeps its original text. Never folded to ASCII.
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace engine {

struct TextKey {
  std::string artist, title, version, album;

  /// artist + '\x1f' + title + '\x1f' + version [+ '\x1f' + album]: the same recording.
  [[nodiscard]] std::string track_key() const;
  /// artist + '\x1f' + title [+ '\x1f' + album]: the same song in any version.
  [[nodiscard]] std::string song_key() const;
};

/// `artist` is the first (primary) artist.
TextKey text_key(std::string_view artist, std::string_view title, std::string_view album = {});

std::string artist_key(std::string_view name);

/// Unicode's composed form (NFC), in which the same name is the same text.
std::string nfc(std::string_view text);

/// A tag as it is stored: NFC, lower case, single spaces, no surrounding ones.
std::string tag_name(std::string_view tag);

}  // namespace engine
