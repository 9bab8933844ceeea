#include "app/mood.hpp"

#include <algorithm>
#include <cmath>

#include "app/default_user.hpp"
#include "app/library_tables.hpp"
#include "store/users.hpp"

namespace engine::app {
namespace {

constexpr double kLow = 0.33, kHigh = 0.67;

struct FeatureWords {
  const char *feature, *column, *low, *high;
};
constexpr FeatureWords kWords[] = {
    {"energy", "energy_or_artist", "calm", "energetic"},
    {"valence", "valence_or_artist", "sad", "cheerful"},
    {"danceability", "danceability_or_artist", "", "danceable"},
    {"acousticness", "acousticness_or_artist", "", "acoustic"},
    {"instrumentalness", "instrumentalness_or_artist", "", "instrumental"},
    {"tempo", "tempo", "slow", "fast"},
};

/// The latest first.
std::vector<std::int32_t> last_plays(const Tables& tables) {
  const playlist_table& listens = *tables.table("listens");
  const auto tracks = column_of<std::int32_t>(listens, "track");
  const auto is_play = column_of<std::uint8_t>(listens, "is_play");
  std::vector<std::int32_t> plays;
  for (std::size_t row = tracks.size(); row-- > 0 && plays.size() < kMoodPlays;)
    if (is_play[row] == 1) plays.push_back(tracks[row]);
  return plays;
}

/// Nothing where it is known of none of them.
std::optional<double> decayed_mean(std::span<const float> values,
                                   const std::vector<std::int32_t>& plays) {
  double sum = 0, weights = 0, weight = 1;
  for (const std::int32_t track : plays) {
    const float value = values[static_cast<std::size_t>(track)];
    if (!std::isnan(value)) {
      sum += weight * value;
      weights += weight;
    }
    weight *= kMoodDecay;
  }
  if (weights == 0) return std::nullopt;
  return sum / weights;
}

/// Share of the known values that are less; of equal ones half.
double rank_of(std::span<const float> values, double value) {
  double less = 0, known = 0;
  for (const float other : values) {
    if (std::isnan(other)) continue;
    less += other < value ? 1 : other > value ? 0 : 0.5;
    ++known;
  }
  return known > 0 ? less / known : 0.5;
}

std::vector<MoodFeature> features_of(const Tables& tables, const std::vector<std::int32_t>& plays) {
  const playlist_table& tracks = *tables.table("tracks");
  std::vector<MoodFeature> features;
  for (const FeatureWords& words : kWords) {
    const auto values = column_of<float>(tracks, words.column);
    const auto mean = decayed_mean(values, plays);
    if (!mean) continue;
    const double rank = rank_of(values, *mean);
    const char* word = rank < kLow ? words.low : rank > kHigh ? words.high : "";
    features.push_back({words.feature, *mean, rank, word});
  }
  return features;
}

std::optional<library::FeedbackEntry> said_mood(const Store& store, std::int64_t user,
                                                std::int64_t now) {
  for (library::FeedbackEntry& entry : library::list_feedback(store, user, now, INT64_MAX))
    if (entry.row.verdict == Verdict::kMood && now < entry.ended) return std::move(entry);
  return std::nullopt;
}

Store open_library(const Caller& caller, bool is_read_only) {
  return Store::open(caller.home.library_path(),
                     {.is_read_only = is_read_only, .may_create = false});
}

}  // namespace

std::string Mood::words() const {
  std::string text;
  for (const MoodFeature& feature : features)
    if (!feature.word.empty()) text += (text.empty() ? "" : ", ") + feature.word;
  return text;
}

Mood current_mood(const Caller& caller) {
  const std::unique_ptr<AsOf> tables = library_tables(caller);
  Mood mood;
  mood.user = tables->user_name();
  mood.said = said_mood(open_library(caller, true), tables->user_id(), caller.asked.now);
  const std::vector<std::int32_t> plays = last_plays(*tables);
  mood.plays = plays.size();
  mood.features = features_of(*tables, plays);
  return mood;
}

library::FeedbackEntry set_mood(const Caller& caller, const std::string& text,
                                const std::string& like, std::int64_t seconds) {
  Store store = open_library(caller, false);
  library::FeedbackRequest request;
  request.verdict = Verdict::kMood;
  request.subject = text.empty() ? like : "text:" + text;
  request.seconds = seconds;
  return library::say_feedback(store, choose_user(store, user_name(caller)).id, request,
                               caller.asked.now);
}

std::size_t clear_mood(const Caller& caller) {
  Store store = open_library(caller, false);
  const std::int64_t user = choose_user(store, user_name(caller)).id;
  std::size_t cleared = 0;
  while (const auto said = said_mood(store, user, caller.asked.now)) {
    library::undo_feedback(store, user, said->row.id, "cli", caller.asked.now);
    ++cleared;
  }
  return cleared;
}

}  // namespace engine::app
