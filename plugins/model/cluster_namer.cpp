#include "cluster_namer.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "shared/mood_words.hpp"

namespace model {
namespace {

constexpr std::size_t kMostFailures = 2, kLongestName = 40, kMostWords = 4;

/// What names of music are made of beside its tags and moods, and what promises nothing.
constexpr const char* kNameWords[] = {
    "after",    "and",      "at",    "by",      "classics", "cuts",   "day",    "days", "deep",
    "down",     "early",    "easy",  "evening", "evenings", "every",  "for",    "from", "golden",
    "grooves",  "hours",    "in",    "late",    "light",    "long",   "modern", "mood", "moods",
    "morning",  "mornings", "music", "nights",  "of",       "old",    "on",     "room", "rooms",
    "sessions", "side",     "songs", "sounds",  "stories",  "sunday", "the",    "time", "times",
    "to",       "tunes",    "vibes", "voices",  "weekend",  "winter", "with"};

/// The cluster's own words, one of which a name must have.
bool has_one_of(const std::string& name, const std::string& own) {
  const std::vector<std::string> words = playlist::plain_words(own);
  const std::vector<std::string> named = playlist::plain_words(name);
  return std::any_of(named.begin(), named.end(), [&](const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  });
}

}  // namespace

std::string AskedNamer::failed(const std::string& why) const {
  if (++failures_ == 1)
    call_.warning("clusters are named by the rule where the language model has no name: " + why);
  return "";
}

std::string AskedNamer::name(const ClusterPortrait& portrait) const {
  if (failures_ >= kMostFailures) return "";
  const std::string& words = portrait.told;
  if (words.empty()) return "";
  playlist::Question question;
  question.form = PLAYLIST_ANSWER_WORDS;
  question.purpose = "names";
  question.instruction =
      "Name a kind of music in somebody's own collection, short and plain, by how it sounds and by "
      "its tags, with at least one word of them.";
  question.facts = {{"sound and tags", words}};
  for (const shared::MoodWord& mood : shared::kMoodWords) question.choices.emplace_back(mood.word);
  question.choices.insert(question.choices.end(), std::begin(kNameWords), std::end(kNameWords));
  question.least = 1;
  question.most = kMostWords;
  const playlist::Completion answer = completer_.ask(question);
  if (!answer.is_given) return answer.why.empty() ? "" : failed(answer.why);
  if (answer.text.size() > kLongestName || !has_one_of(answer.text, words))
    return failed("its name is too long, or has no word of the cluster's own");
  by_ = answer.model;
  return answer.text;
}

}  // namespace model
