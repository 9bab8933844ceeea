#include "core/title_likeness.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utf8proc.h>
#include <utility>
#include <vector>

namespace engine {
namespace {

using Word = std::u32string;

constexpr std::size_t kFewestLetters = 6;
constexpr std::size_t kFewestWithArticle = 12;  // "the end" and "end" are two songs
constexpr std::size_t kShortWord = 4;           // a slip in it makes another
constexpr std::size_t kMostSlips = 2;
constexpr char32_t kFirstOther = 0x530;  // behind Latin, Greek and Cyrillic letters

Word letters_of(std::string_view text) {
  Word letters;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t size = std::max<utf8proc_ssize_t>(1, utf8proc_iterate(bytes, left, &c));
    letters += static_cast<char32_t>(std::max(c, 0));
    bytes += size;
    left -= size;
  }
  return letters;
}

std::vector<Word> words_of(std::string_view title) {
  std::vector<Word> words;
  while (!title.empty()) {
    const std::size_t end = std::min(title.find(' '), title.size());
    if (end > 0) words.push_back(letters_of(title.substr(0, end)));
    title.remove_prefix(std::min(end + 1, title.size()));
  }
  return words;
}

/// "2" of "ii", and of "two" and "i" where a part is numbered; the word itself for others.
Word as_number(const Word& word, bool is_of_part) {
  constexpr std::array<const char32_t*, 10> kRoman = {U"i",  U"ii",  U"iii",  U"iv", U"v",
                                                      U"vi", U"vii", U"viii", U"ix", U"x"};
  constexpr std::array<const char32_t*, 10> kNames = {U"one", U"two",   U"three", U"four", U"five",
                                                      U"six", U"seven", U"eight", U"nine", U"ten"};
  constexpr std::array<const char32_t*, 10> kDigits = {U"1", U"2", U"3", U"4", U"5",
                                                       U"6", U"7", U"8", U"9", U"10"};
  for (std::size_t k = 0; k < kRoman.size(); ++k) {
    const bool is_roman = word == kRoman[k] && (is_of_part || word.size() > 1);
    if (is_roman || (is_of_part && word == kNames[k])) return kDigits[k];
  }
  return word;
}

struct Title {
  std::vector<Word> words;
  Word letters;  // of all words, without blanks
  bool has_article = false;
};

Title title_of(std::string_view text) {
  Title title;
  bool is_of_part = false;
  for (Word word : words_of(text)) {
    if (word == U"pt" || word == U"pts" || word == U"parts") word = U"part";
    if (word == U"vol") word = U"volume";
    word = as_number(word, is_of_part);
    is_of_part = word == U"part" || word == U"volume";
    if (word.size() >= 6 && word.ends_with(U"ing")) word.pop_back();
    title.words.push_back(std::move(word));
  }
  if (title.words.size() > 1 && title.words.front() == U"the") {
    title.has_article = true;
    title.words.erase(title.words.begin());
  }
  for (const Word& word : title.words) title.letters += word;
  return title;
}

bool has_digit(const Word& word) {
  return std::any_of(word.begin(), word.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

/// A word in which a slip cannot be told from another word.
bool is_exact(const Word& word) {
  return word.size() < kShortWord || has_digit(word) || word == U"minor" || word == U"major" ||
         std::any_of(word.begin(), word.end(), [](char32_t c) { return c >= kFirstOther; });
}

/// Letters added, dropped, changed, and neighbours swapped (optimal string alignment).
std::size_t slips_between(const Word& a, const Word& b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t k = 0; k <= b.size(); ++k) last[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      row[k] = std::min({last[k] + 1, row[k - 1] + 1, last[k - 1] + (a[i - 1] != b[k - 1])});
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
        row[k] = std::min(row[k], before[k - 2] + 1);
    }
    before = std::exchange(last, row);
  }
  return last[b.size()];
}

/// More than kMostSlips where they are two words.
std::size_t slips_in_word(const Word& a, const Word& b) {
  if (a == b) return 0;
  const std::size_t longer = std::max(a.size(), b.size()), shorter = std::min(a.size(), b.size());
  const bool is_other = is_exact(a) || is_exact(b) || a.front() != b.front() ||
                        longer - shorter > kMostSlips || a.starts_with(b) || b.starts_with(a);
  return is_other ? kMostSlips + 1 : slips_between(a, b);
}

}  // namespace

double title_likeness(std::string_view a, std::string_view b) {
  if (a == b) return 1;
  const Title ours = title_of(a), theirs = title_of(b);
  const std::size_t fewest = std::min(ours.letters.size(), theirs.letters.size());
  const bool has_other_article = ours.has_article != theirs.has_article;
  if (fewest < (has_other_article ? kFewestWithArticle : kFewestLetters)) return 0;
  const auto letters = static_cast<double>(std::max(ours.letters.size(), theirs.letters.size()));
  const double article = has_other_article ? 0.5 / letters : 0;
  if (ours.letters == theirs.letters) return 1 - article - (ours.words == theirs.words ? 0 : 0.01);
  if (ours.words.size() != theirs.words.size()) return 0;
  std::size_t slips = 0;
  for (std::size_t k = 0; k < ours.words.size(); ++k) {
    slips += slips_in_word(ours.words[k], theirs.words[k]);
    if (slips > kMostSlips) return 0;
  }
  return 1 - article - static_cast<double>(slips) / letters;
}

double title_nearness(std::string_view a, std::string_view b) {
  const Word ours = letters_of(a), theirs = letters_of(b);
  const std::size_t longer = std::max(ours.size(), theirs.size());
  if (longer == 0) return 1;
  return 1 - static_cast<double>(slips_between(ours, theirs)) / static_cast<double>(longer);
}

}  // namespace engine
