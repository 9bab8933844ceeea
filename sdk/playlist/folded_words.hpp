// Texts as words that can be compared: lower case, without accents. So are the texts of the table
// "prompt_vectors:SPACE", where a text is looked up by folded_words() of it.
//
//   folded_words("Dusty, late-night JAZZ!")  ->  "dusty late night jazz"
//
// Letters   ASCII letters and digits, and every character beyond ASCII but the signs of Latin-1 and
//           general punctuation; an apostrophe inside a word goes ("don't" is dont), anything else
//           ends it. Accents go from letters of Latin-1 and Latin Extended-A (U+00C0..U+017F);
//           other scripts stay as they are, upper and lower case told apart. Bytes that are no
//           UTF-8 are letters like any other.
// Header only, standard library only. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace playlist {
namespace detail {

// Base letters of U+00C0..U+017F in order; '\0' where there is none (signs), capitals for those
// that stand for two: A ae, O oe, S ss, T th, I ij.
inline constexpr char kBaseLetters[] =
    "aaaaaaAceeeeiiiidnooooo\0ouuuuyTSaaaaaaAceeeeiiiidnooooo\0ouuuuyTy"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllllllln"
    "nnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(sizeof kBaseLetters == 192 + 1);

}  // namespace detail

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
      add_base(detail::kBaseLetters[code - 0xc0], text.substr(at, 2));
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

}  // namespace playlist
