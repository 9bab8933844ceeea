// Texts as words without accents and endings, so that "dances" and "Dancing" are one.
//
//   words("Dusty, late-night JAZZ!")  ->  dusti late night jazz
//
// Endings   Step 1 of Porter: An algorithm for suffix stripping, Program 14(3), 1980: plurals, -ed,
//           -ing, -y. Made for English; a word of another language loses at most such an ending,
//           on both sides of every comparison.
// Threads   any
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shared {

/// One folded word (playlist/folded_words.hpp) without its ending.
std::string stem(std::string word);

/// The words of a text in order, folded, without endings.
std::vector<std::string> words(std::string_view text);

}  // namespace shared
