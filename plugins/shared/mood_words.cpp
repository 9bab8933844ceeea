#include "mood_words.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <cmath>

#include "words.hpp"

namespace shared {

const MoodWord* find_mood_word(std::string_view stemmed) {
  static const auto stems = [] {
    std::array<std::string, std::size(kMoodWords)> made;
    for (std::size_t k = 0; k < made.size(); ++k) made[k] = stem(kMoodWords[k].word);
    return made;
  }();
  const auto found = std::find(stems.begin(), stems.end(), stemmed);
  return found == stems.end() ? nullptr : &kMoodWords[found - stems.begin()];
}

bool is_empty_word(std::string_view word) {
  constexpr std::array<std::string_view, 22> kEmptyWords = {
      "a",  "an", "and", "are", "at", "by", "for",  "from", "i",    "in", "is",
      "it", "me", "my",  "of",  "on", "or", "some", "the",  "that", "to", "with"};
  return std::find(kEmptyWords.begin(), kEmptyWords.end(), word) != kEmptyWords.end();
}

PromptWords read_prompt(std::string_view text) {
  constexpr std::size_t kMostWords = 64;
  std::vector<std::string> plain = playlist::plain_words(text);
  plain.resize(std::min(plain.size(), kMostWords));
  PromptWords prompt;
  bool is_turned = false;
  for (std::size_t k = 0; k < plain.size(); ++k) {
    const std::string& typed = plain[k];
    if (typed == "no" || typed == "not" || typed == "without" || typed == "less") {
      is_turned = true;
      continue;
    }
    if (is_empty_word(typed)) continue;
    std::string word = stem(typed);
    const bool is_lofi = typed == "lo" && k + 1 < plain.size() && plain[k + 1] == "fi";
    if (const MoodWord* mood = find_mood_word(is_lofi ? stem("lofi") : word)) {
      prompt.moods.push_back((is_turned ? "not " : "") + std::string(mood->word));
      prompt.weights.push_back(mood->weights);
      if (is_turned)
        for (float& weight : prompt.weights.back()) weight = -weight;
    }
    const bool is_new =
        std::find(prompt.sought.begin(), prompt.sought.end(), word) == prompt.sought.end();
    if (!is_turned && is_new) prompt.sought.push_back(std::move(word));
    is_turned = false;
  }
  return prompt;
}

float rank_among(std::span<const float> quantiles, float value) {
  if (std::isnan(value) || quantiles.size() < 2 || std::isnan(quantiles[0])) return std::nanf("");
  const auto last = static_cast<float>(quantiles.size() - 1);
  const auto [low, high] = std::equal_range(quantiles.begin(), quantiles.end(), value);
  if (low != high) {
    return static_cast<float>((low - quantiles.begin()) + (high - quantiles.begin()) - 1) / 2 /
           last;
  }
  if (low == quantiles.begin()) return 0;
  if (low == quantiles.end()) return 1;
  const float below = *(low - 1), above = *low;
  return (static_cast<float>(low - 1 - quantiles.begin()) + (value - below) / (above - below)) /
         last;
}

float mood_fit(std::span<const MoodWeights> words, const MoodWeights& ranks) {
  if (words.empty()) return 0.5f;
  float sum = 0;
  for (const MoodWeights& weights : words) {
    float fit = 0, total = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const float rank = std::isnan(ranks[k]) ? 0.5f : ranks[k];
      fit += weights[k] > 0 ? weights[k] * rank : -weights[k] * (1 - rank);
      total += std::abs(weights[k]);
    }
    sum += fit / total;
  }
  return sum / static_cast<float>(words.size());
}

}  // namespace shared
