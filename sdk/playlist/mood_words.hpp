// Mood words of a prompt as wishes about the sound: "mellow" asks for little energy.
//
// Each word has a weight for some of kMoodFeatures, from -1 (as low as it gets) to 1 (as high).
// High and low are meant within a catalogue: fit() compares a track's rank among all tracks, not
// its value, as most tracks of a catalogue have next to no instrumentalness, say. Words are stems
// of words.hpp. A "no", "not", "without" or "less" before a word turns it round. Header only,
// standard library only. Threads: any.
#pragma once

#include "playlist/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace playlist {

/// Columns of the table "tracks".
inline constexpr std::array<const char*, 8> kMoodFeatures = {
    "energy",           "valence",     "danceability", "acousticness",
    "instrumentalness", "speechiness", "liveness",     "tempo"};
/// In the order of kMoodFeatures.
using MoodWeights = std::array<float, kMoodFeatures.size()>;

struct MoodWord {
  const char* word;  // as one types it
  MoodWeights weights;
};

// clang-format off
inline constexpr MoodWord kMoodWords[] = {
    // word            energy  valence dance  acoust instr  speech live   tempo
    {"acoustic",      {-0.3f,  0,      0,     1,     0,     0,     0,     0}},
    {"aggressive",    { 1,    -0.7f,   0,    -0.5f,  0,     0,     0,     0.3f}},
    {"ambient",       {-1,     0,     -0.7f,  0.5f,  1,     0,     0,     0}},
    {"angry",         { 1,    -0.7f,   0,    -0.5f,  0,     0,     0,     0.3f}},
    {"bright",        { 0.3f,  1,      0,     0,     0,     0,     0,     0}},
    {"calm",          {-1,     0,     -0.3f,  0.7f,  0.3f,  0,     0,    -0.3f}},
    {"cheerful",      { 0.3f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"chill",         {-0.7f,  0,      0,     0.5f,  0.3f,  0,     0,    -0.3f}},
    {"club",          { 0.7f,  0,      1,    -0.5f,  0,     0,     0,     0.3f}},
    {"concert",       { 0,     0,      0,     0,     0,     0,     1,     0}},
    {"cozy",          {-0.7f,  0.2f,   0,     0.7f,  0,     0,     0,    -0.3f}},
    {"dance",         { 0.5f,  0.3f,   1,    -0.3f,  0,     0,     0,     0}},
    {"dark",          { 0,    -1,      0,     0,     0,     0,     0,     0}},
    {"depressing",    {-0.5f, -1,      0,     0.3f,  0,     0,     0,    -0.3f}},
    {"dinner",        {-0.5f,  0.2f,   0,     0.6f,  0,     0,     0,     0}},
    {"dreamy",        {-0.6f, -0.2f,  -0.3f,  0.4f,  0.5f,  0,     0,     0}},
    {"driving",       { 0.8f,  0,      0,    -0.3f,  0,     0,     0,     0.5f}},
    {"dusty",         {-0.5f,  0,      0,     0.6f,  0,     0,     0,    -0.3f}},
    {"electronic",    { 0.4f,  0,      0.3f, -1,     0.3f,  0,     0,     0}},
    {"energetic",     { 1,     0.2f,   0.2f, -0.6f,  0,     0,     0,     0.3f}},
    {"epic",          { 0.7f,  0,     -0.3f,  0,     0.5f,  0,     0,     0}},
    {"fast",          { 0.3f,  0,      0,     0,     0,     0,     0,     1}},
    {"focus",         {-0.5f,  0,      0,     0.2f,  1,    -0.5f,  0,     0}},
    {"gentle",        {-1,     0,      0,     0.8f,  0,     0,     0,    -0.3f}},
    {"gloomy",        {-0.4f, -1,      0,     0.2f,  0,     0,     0,     0}},
    {"groovy",        { 0.2f,  0.5f,   1,     0,     0,     0,     0,     0}},
    {"gym",           { 1,     0,      0.4f, -0.6f,  0,     0,     0,     0.4f}},
    {"happy",         { 0.2f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"hard",          { 1,    -0.2f,   0,    -0.6f,  0,     0,     0,     0}},
    {"heartbreak",    {-0.5f, -1,      0,     0.4f, -0.7f,   0,     0,     0}},
    {"heavy",         { 1,    -0.4f,   0,    -0.6f,  0,     0,     0,     0}},
    {"hype",          { 1,     0.2f,   0.5f, -0.5f,  0,     0,     0,     0.3f}},
    {"instrumental",  { 0,     0,      0,     0,     1,    -0.3f,  0,     0}},
    {"intense",       { 1,    -0.2f,   0,    -0.5f,  0,     0,     0,     0.3f}},
    {"intimate",      {-0.8f,  0,      0,     1,     0,     0,     0,     0}},
    {"joyful",        { 0.3f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"live",          { 0,     0,      0,     0,     0,     0,     1,     0}},
    {"lofi",          {-0.7f,  0,      0.2f,  0.6f,  0.6f,  0,     0,    -0.4f}},
    {"lonely",        {-0.6f, -0.8f,   0,     0.5f,  0,     0,     0,     0}},
    {"loud",          { 1,     0,      0,    -0.5f,  0,     0,     0,     0}},
    {"lullaby",       {-1,     0,     -0.5f,  1,     0.3f,  0,     0,    -0.4f}},
    {"meditation",    {-1,     0,     -0.7f,  0.7f,  1,     0,     0,    -0.3f}},
    {"melancholic",   {-0.5f, -1,      0,     0.5f,  0,     0,     0,    -0.2f}},
    {"melancholy",    {-0.5f, -1,      0,     0.5f,  0,     0,     0,    -0.2f}},
    {"mellow",        {-0.9f,  0,      0,     0.7f,  0,     0,     0,    -0.3f}},
    {"moody",         {-0.4f, -0.8f,   0,     0.2f,  0,     0,     0,     0}},
    {"mournful",      {-0.6f, -1,      0,     0.5f,  0,     0,     0,    -0.2f}},
    {"night",         {-0.4f, -0.2f,   0,     0.2f,  0,     0,     0,     0}},
    {"party",         { 0.8f,  0.5f,   1,    -0.4f,  0,     0,     0,     0.2f}},
    {"peaceful",      {-1,     0,      0,     0.8f,  0.4f,  0,     0,    -0.3f}},
    {"power",         { 1,     0,      0,    -0.5f,  0,     0,     0,     0.2f}},
    {"quiet",         {-1,     0,      0,     0.8f,  0.2f,  0,     0,    -0.3f}},
    {"rainy",         {-0.6f, -0.4f,   0,     0.6f,  0,     0,     0,    -0.2f}},
    {"relaxing",      {-1,     0,      0,     0.7f,  0.3f,  0,     0,    -0.3f}},
    {"romantic",      {-0.5f,  0,      0,     0.6f,  0,     0,     0,    -0.2f}},
    {"running",       { 1,     0,      0.3f, -0.6f,  0,     0,     0,     0.6f}},
    {"sad",           {-0.5f, -1,      0,     0.5f, -0.7f,   0,     0,    -0.2f}},
    {"sleep",         {-1,     0,     -0.6f,  0.7f,  0.8f,  0,     0,    -0.3f}},
    {"slow",          {-0.4f,  0,      0,     0.2f,  0,     0,     0,    -1}},
    {"soft",          {-1,     0,      0,     0.8f,  0,     0,     0,    -0.3f}},
    {"sombre",        {-0.5f, -1,      0,     0.4f,  0,     0,     0,     0}},
    {"soothing",      {-1,     0,      0,     0.8f,  0.3f,  0,     0,    -0.3f}},
    {"spoken",        { 0,     0,      0,     0,    -0.5f,  1,     0,     0}},
    {"study",         {-0.5f,  0,      0,     0.3f,  1,    -0.5f,  0,     0}},
    {"summer",        { 0.5f,  0.8f,   0.6f,  0,     0,     0,     0,     0}},
    {"sunny",         { 0.3f,  1,      0.3f,  0,     0,     0,     0,     0}},
    {"tender",        {-0.9f,  0,      0,     0.9f,  0,     0,     0,    -0.2f}},
    {"unplugged",     {-0.3f,  0,      0,     1,     0,     0,     0.3f,  0}},
    {"upbeat",        { 0.6f,  0.8f,   0.5f,  0,     0,     0,     0,     0.3f}},
    {"uplifting",     { 0.5f,  1,      0,     0,     0,     0,     0,     0}},
    {"vocal",         { 0,     0,      0,     0,    -1,     0,     0,     0}},
    {"warm",          {-0.4f,  0.3f,   0,     0.7f,  0,     0,     0,     0}},
    {"wild",          { 1,     0,      0.3f, -0.4f,  0,     0,     0,     0.4f}},
    {"wistful",       {-0.5f, -0.7f,   0,     0.5f,  0,     0,     0,     0}},
    {"workout",       { 1,     0,      0.4f, -0.6f,  0,     0,     0,     0.4f}},
};
// clang-format on

/// What a prompt says about the sound, and which of its words are left to be looked up.
struct PromptWords {
  std::vector<std::string> sought;   // stems, each once, in order; turned words are not among them
  std::vector<std::string> moods;    // as typed, "not" before those that are turned round
  std::vector<MoodWeights> weights;  // of each of moods
};

inline const MoodWord* find_mood_word(std::string_view stemmed) {
  static const auto stems = [] {
    std::array<std::string, std::size(kMoodWords)> made;
    for (std::size_t k = 0; k < made.size(); ++k) made[k] = stem(kMoodWords[k].word);
    return made;
  }();
  const auto found = std::find(stems.begin(), stems.end(), stemmed);
  return found == stems.end() ? nullptr : &kMoodWords[found - stems.begin()];
}

/// A folded word that says nothing of a track: "the", "with".
inline bool is_empty_word(std::string_view word) {
  constexpr std::array<std::string_view, 22> kEmptyWords = {
      "a",  "an", "and", "are", "at", "by", "for",  "from", "i",    "in", "is",
      "it", "me", "my",  "of",  "on", "or", "some", "the",  "that", "to", "with"};
  return std::find(kEmptyWords.begin(), kEmptyWords.end(), word) != kEmptyWords.end();
}

/// Reads at most the first 64 words.
inline PromptWords read_prompt(std::string_view text) {
  constexpr std::size_t kMostWords = 64;
  std::vector<std::string> plain = plain_words(text);
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

/// The place of `value` among `quantiles` (ascending, evenly spaced from the least to the largest):
/// 0..1, in the middle of values that are alike. NaN for a missing value or missing quantiles.
inline float rank_among(std::span<const float> quantiles, float value) {
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

/// How well a track of these ranks (NaN missing) fits: 0..1, the mean over the words of the
/// weighted mean over their features; 0.5 stands for what is missing. 0.5 without any words.
inline float mood_fit(std::span<const MoodWeights> words, const MoodWeights& ranks) {
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

}  // namespace playlist
