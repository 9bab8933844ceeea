// Texts as words that can be compared: lower case, without accents, without endings.
//
//   words("Dusty, late-night JAZZ!")  ->  dusti late night jazz
//
// Letters   ASCII letters and digits, and every character beyond ASCII but the signs of Latin-1 and
//           general punctuation; an apostrophe inside a word goes ("don't" is dont), anything else
//           ends it. Accents go from letters of Latin-1 and
//           Latin Extended-A (U+00C0..U+017F); other scripts stay as they are, upper and lower case
//           told apart. Bytes that are no UTF-8 are letters like any other.
// Endings   Step 1 of Porter: An algorithm for suffix stripping, Program 14(3), 1980: plurals, -ed,
//           -ing, -y. Made for English; a word of another language loses at most such an ending,
//           on both sides of every comparison.
// Header only, standard library only. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace playlist {
namespace words_detail {

// Base letters of U+00C0..U+017F in order; '\0' where there is none (signs), capitals for those
// that stand for two: A ae, O oe, S ss, T th, I ij.
inline constexpr char kBaseLetters[] =
    "aaaaaaAceeeeiiiidnooooo\0ouuuuyTSaaaaaaAceeeeiiiidnooooo\0ouuuuyTy"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllllllln"
    "nnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(sizeof kBaseLetters == 192 + 1);

inline bool is_vowel(std::string_view word, std::size_t at) {
  switch (word[at]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
      return true;
    case 'y':
      return at > 0 && !is_vowel(word, at - 1);
    default:
      return false;
  }
}

inline bool has_vowel(std::string_view stem) {
  for (std::size_t at = 0; at < stem.size(); ++at)
    if (is_vowel(stem, at)) return true;
  return false;
}

/// Porter's m: how often a vowel is followed by a consonant.
inline int measure(std::string_view stem) {
  int count = 0;
  for (std::size_t at = 1; at < stem.size(); ++at)
    count += is_vowel(stem, at - 1) && !is_vowel(stem, at);
  return count;
}

inline void strip_plural(std::string& word) {
  if (word.ends_with("sses") || word.ends_with("ies")) {
    word.resize(word.size() - 2);
  } else if (word.ends_with('s') && !word.ends_with("ss") && word.size() > 3) {
    word.pop_back();
  }
}

/// What -ed and -ing leave behind: "hopp" hop, "danc" dance.
inline void mend(std::string& word) {
  const std::size_t n = word.size();
  if (word.ends_with("at") || word.ends_with("bl") || word.ends_with("iz")) {
    word += 'e';
  } else if (n >= 2 && word[n - 1] == word[n - 2] && !is_vowel(word, n - 1) && word[n - 1] != 'l' &&
             word[n - 1] != 's' && word[n - 1] != 'z') {
    word.pop_back();
  } else if (n >= 3 && measure(word) == 1 && !is_vowel(word, n - 1) && is_vowel(word, n - 2) &&
             !is_vowel(word, n - 3) && word[n - 1] != 'w' && word[n - 1] != 'x' &&
             word[n - 1] != 'y') {
    word += 'e';
  }
}

inline void strip_verb(std::string& word) {
  const std::string_view all = word;
  if (all.ends_with("eed")) {
    if (measure(all.substr(0, all.size() - 3)) > 0) word.pop_back();
    return;
  }
  for (const std::string_view ending : {std::string_view("ed"), std::string_view("ing")}) {
    if (!all.ends_with(ending)) continue;
    if (!has_vowel(all.substr(0, all.size() - ending.size()))) return;
    word.resize(word.size() - ending.size());
    mend(word);
    return;
  }
}

}  // namespace words_detail

/// One folded word without its ending.
inline std::string stem(std::string word) {
  if (word.size() < 3) return word;
  words_detail::strip_plural(word);
  words_detail::strip_verb(word);
  if (word.size() > 2 && word.ends_with('y') &&
      words_detail::has_vowel(std::string_view(word).substr(0, word.size() - 1)))
    word.back() = 'i';
  return word;
}

/// The words of a text in order, folded, endings kept.
inline std::vector<std::string> plain_words(std::string_view text) {
  std::vector<std::string> found;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) found.push_back(std::move(word));
    word.clear();
  };
  const auto add_base = [&](char base, std::string_view bytes) {
    switch (base) {
      case '\0':
        word += bytes;
        break;
      case 'A':
        word += "ae";
        break;
      case 'O':
        word += "oe";
        break;
      case 'S':
        word += "ss";
        break;
      case 'T':
        word += "th";
        break;
      case 'I':
        word += "ij";
        break;
      default:
        word += base;
    }
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0xc3 && byte <= 0xc5 && at + 1 < text.size() &&
        (static_cast<unsigned char>(text[at + 1]) & 0xc0) == 0x80) {
      const std::size_t code =
          (byte & 0x1fu) * 64u + (static_cast<unsigned char>(text[at + 1]) & 0x3fu);
      add_base(words_detail::kBaseLetters[code - 0xc0], text.substr(at, 2));
      ++at;
    } else if (byte == 0xc2 && at + 1 < text.size()) {  // U+0080..U+00BF: signs
      end_word();
      ++at;
    } else if (text.substr(at, 2) == "\xe2\x80" && at + 2 < text.size()) {  // U+2000..U+203F
      if (text[at + 2] != '\x99' || word.empty()) end_word();               // U+2019: apostrophe
      at += 2;
    } else if (byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) {
      word += text[at];
    } else if (byte >= 'A' && byte <= 'Z') {
      word += static_cast<char>(byte - 'A' + 'a');
    } else if (byte != '\'' || word.empty()) {
      end_word();
    }
  }
  end_word();
  return found;
}

/// The words of a text, folded, with single blanks between them: equal for texts that differ in
/// case, accents and punctuation only.
inline std::string folded_words(std::string_view text) {
  std::string joined;
  for (const std::string& word : plain_words(text)) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return joined;
}

/// The words of a text in order, without endings.
inline std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found = plain_words(text);
  for (std::string& word : found) word = stem(std::move(word));
  return found;
}

}  // namespace playlist
