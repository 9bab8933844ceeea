#include "cluster_names.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace model {
namespace {

/// From so many deviations on a sound is worth a word.
constexpr double kTelling = 0.5;
constexpr std::size_t kShownTags = 3;

struct SoundWord {
  double deviations;
  const char* word;  // nullptr: none
};

const char* word_of(double deviations, const char* high, const char* low) {
  return deviations >= kTelling ? high : deviations <= -kTelling ? low : nullptr;
}

/// At most two, the most telling ones, in the order in which one says them.
std::string sound_words(const ClusterPortrait& portrait) {
  std::vector<SoundWord> words{
      {portrait.energy, word_of(portrait.energy, "energetic", "calm")},
      {portrait.valence, word_of(portrait.valence, "happy", "sad")},
      {portrait.acousticness, word_of(portrait.acousticness, "acoustic", nullptr)}};
  std::erase_if(words, [](const SoundWord& one) { return one.word == nullptr; });
  if (words.size() > 2)
    words.erase(
        std::min_element(words.begin(), words.end(), [](const SoundWord& a, const SoundWord& b) {
          return std::abs(a.deviations) < std::abs(b.deviations);
        }));
  std::string text;
  for (const SoundWord& one : words) text += (text.empty() ? "" : " ") + std::string(one.word);
  return text;
}

std::string joined_words(const std::string& first, const std::string& second) {
  return first.empty() ? second : second.empty() ? first : first + " " + second;
}

/// From the plainest on.
std::vector<std::string> candidate_names(const ClusterPortrait& portrait) {
  const std::string sound = sound_words(portrait);
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty()) names.push_back(name);
  };
  for (const std::string& tag : portrait.tags) add(joined_words(sound, tag));
  for (std::size_t k = 1; k < portrait.tags.size(); ++k)
    add(joined_words(sound, portrait.tags[0]) + ", " + portrait.tags[k]);
  if (portrait.tags.empty()) add(sound);
  const std::string plainest = names.empty() ? "" : names.front();
  for (const std::string& artist : portrait.artists) add(joined_words(plainest, "like " + artist));
  if (names.empty()) add("mixed");
  return names;
}

}  // namespace

std::string cluster_words(const ClusterPortrait& portrait) {
  std::string text = sound_words(portrait);
  for (std::size_t k = 0; k < std::min(kShownTags, portrait.tags.size()); ++k)
    text += (text.empty() ? "" : k == 0 ? " " : ", ") + portrait.tags[k];
  return text.empty() ? "much like the whole" : text;
}

std::vector<std::string> cluster_names(const std::vector<ClusterPortrait>& portraits,
                                       std::vector<std::string> kept, const ClusterNamer* namer) {
  std::vector<std::string> names = std::move(kept);
  names.resize(portraits.size());
  std::set<std::string> taken(names.begin(), names.end());
  for (std::size_t k = 0; k < portraits.size(); ++k) {
    if (!names[k].empty()) continue;
    std::vector<std::string> candidates = candidate_names(portraits[k]);
    if (namer != nullptr)
      if (std::string own = namer->name(portraits[k]); !own.empty())
        candidates.insert(candidates.begin(), std::move(own));
    const auto is_free = [&](const std::string& name) { return !taken.contains(name); };
    const auto found = std::find_if(candidates.begin(), candidates.end(), is_free);
    std::string name = found == candidates.end() ? "" : *found;
    for (int number = 2; name.empty(); ++number)
      if (std::string next = candidates.front() + " " + std::to_string(number); is_free(next))
        name = next;
    taken.insert(name);
    names[k] = std::move(name);
  }
  return names;
}

}  // namespace model
