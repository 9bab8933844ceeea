// What lists are to fit for now: what somebody says for a while, else what they played last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "library/feedback.hpp"

namespace engine::app {

/// A feature of the last plays against the library.
struct MoodFeature {
  std::string feature;  // "energy"
  double value = 0;     // the mean of the last plays, the latest counting most
  double rank = 0;      // share of the library's tracks that have less, 0..1
  std::string word;     // "calm"; "" for what is neither high nor low
};

struct Mood {
  std::string user;
  std::optional<library::FeedbackEntry> said;  // what holds now
  // Else, of what was played:
  std::size_t plays = 0;              // so many at most kMoodPlays
  std::vector<MoodFeature> features;  // those known of any of them
  /// The cluster of model.clusters that most of them are in, the latest counting most; "" where none
  /// was trained or none of them is in one.
  std::string cluster;
  /// "calm, acoustic"; "" where nothing stands out.
  [[nodiscard]] std::string words() const;
};

/// As recipes/dynamic.lua has it: the last 20 plays, each counting 0.85 of the one after it.
inline constexpr std::size_t kMoodPlays = 20;
inline constexpr double kMoodDecay = 0.85;

/// Of the caller's person, as of `now`.
Mood current_mood(const Caller& caller);

/// Words, or a track to be like (a name of library/subject.hpp), for so many seconds. What was said
/// before holds again afterwards, where its time is not over. Where some of the words are no moods, a
/// language model that is connected for it (purpose moods) says which moods they mean: of those that
/// there are (shared/mood_words.hpp), which are kept as the row's reason.
library::FeedbackEntry set_mood(const Caller& caller, const std::string& text,
                                const std::string& like, std::int64_t seconds);

/// Nothing that was said holds any more; how much did.
std::size_t clear_mood(const Caller& caller);

}  // namespace engine::app
