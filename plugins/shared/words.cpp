#include "words.hpp"

#include "playlist/folded_words.hpp"

namespace shared {
namespace {

bool is_vowel(std::string_view word, std::size_t at) {
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

bool has_vowel(std::string_view stem) {
  for (std::size_t at = 0; at < stem.size(); ++at)
    if (is_vowel(stem, at)) return true;
  return false;
}

/// Porter's m: how often a vowel is followed by a consonant.
int measure(std::string_view stem) {
  int count = 0;
  for (std::size_t at = 1; at < stem.size(); ++at)
    count += is_vowel(stem, at - 1) && !is_vowel(stem, at);
  return count;
}

void strip_plural(std::string& word) {
  if (word.ends_with("sses") || word.ends_with("ies")) {
    word.resize(word.size() - 2);
  } else if (word.ends_with('s') && !word.ends_with("ss") && word.size() > 3) {
    word.pop_back();
  }
}

/// What -ed and -ing leave behind: "hopp" hop, "danc" dance.
void mend(std::string& word) {
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

void strip_verb(std::string& word) {
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

}  // namespace

std::string stem(std::string word) {
  if (word.size() < 3) return word;
  strip_plural(word);
  strip_verb(word);
  if (word.size() > 2 && word.ends_with('y') &&
      has_vowel(std::string_view(word).substr(0, word.size() - 1)))
    word.back() = 'i';
  return word;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found = playlist::plain_words(text);
  for (std::string& word : found) word = stem(std::move(word));
  return found;
}

}  // namespace shared
