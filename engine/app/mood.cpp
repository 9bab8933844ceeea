#include "app/mood.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "app/default_user.hpp"
#include "app/http_outside.hpp"
#include "app/library_tables.hpp"
#include "complete/question.hpp"
#include "core/shown_text.hpp"
#include "models/models.hpp"
#include "models/open_version.hpp"
#include "shared/mood_words.hpp"
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

/// The person's newest clusters as of now.
std::shared_ptr<const Artifact> open_clusters(const Store& store, const AsOf& tables) {
  for (const ModelVersion& version : models_as_of(store, tables.now(), tables.user_id()))
    if (version.name == "model.clusters") return open_version(version);
  return nullptr;
}

std::string cluster_of(const Artifact& clusters, const AsOf& tables,
                       const std::vector<std::int32_t>& plays) {
  const playlist_table &rows = *clusters.table("tracks"), &named = *clusters.table("clusters");
  const auto ids = column_of<std::int64_t>(*tables.table("tracks"), "id");
  const auto known = column_of<std::int64_t>(rows, "id");
  const auto cluster = column_of<std::int32_t>(rows, "cluster");
  std::unordered_map<std::int64_t, std::int32_t> of_track;
  for (std::size_t row = 0; row < known.size(); ++row) of_track[known[row]] = cluster[row];
  std::map<std::int32_t, double> weights;
  double weight = 1;
  for (const std::int32_t track : plays) {
    const auto found = of_track.find(ids[static_cast<std::size_t>(track)]);
    if (found != of_track.end()) weights[found->second] += weight;
    weight *= kMoodDecay;
  }
  const auto id = column_of<std::int32_t>(named, "id"),
             name = column_of<std::int32_t>(named, "name");
  std::size_t best = id.size();
  for (std::size_t row = 0; row < id.size(); ++row)
    if (weights.contains(id[row]) && (best == id.size() || weights[id[row]] > weights[id[best]]))
      best = row;
  return best == id.size() ? "" : std::string(text_of(*find_column(named, "name"), name[best]));
}

std::optional<library::FeedbackEntry> said_mood(const Store& store, std::int64_t user,
                                                std::int64_t now) {
  for (library::FeedbackEntry& entry : library::list_feedback(store, user, now, INT64_MAX))
    if (entry.row.verdict == Verdict::kMood && now < entry.ended) return std::move(entry);
  return std::nullopt;
}

constexpr std::size_t kMostMoods = 4;

/// "not calm" of "calm", and the other way round.
std::string opposite_of(const std::string& mood) {
  return mood.starts_with("not ") ? mood.substr(4) : "not " + mood;
}

/// All of the words are moods that everybody here knows.
bool is_of_moods(const std::string& words) {
  const shared::PromptWords prompt = shared::read_prompt(words);
  return !prompt.moods.empty() && std::ranges::all_of(prompt.sought, [](const std::string& word) {
    return shared::find_mood_word(word) != nullptr;
  });
}

/// "calm, not loud": what a language model takes the words for; "": they stand for themselves.
std::string moods_of(const Caller& caller, const std::string& words) {
  if (is_of_moods(words)) return "";
  complete::Question question;
  question.purpose = "moods";
  question.instruction =
      "Somebody says in these words what music is to be like now. Which of these moods do they "
      "mean? Only those that the words clearly call for.";
  question.facts = {{"words", words}};
  question.form = complete::Form::kLabels;
  for (const shared::MoodWord& mood : shared::kMoodWords) question.choices.emplace_back(mood.word);
  for (const shared::MoodWord& mood : shared::kMoodWords)
    question.choices.push_back(opposite_of(mood.word));
  question.least = 1;
  question.most = kMostMoods;
  question.now = caller.asked.now;
  const complete::Completion completion = caller.home.outside().complete_now(question);
  std::vector<std::string> moods;
  for (const std::uint32_t pick : completion.picks) moods.push_back(question.choices[pick]);
  const bool is_torn = std::ranges::any_of(moods, [&](const std::string& mood) {
    return std::ranges::find(moods, opposite_of(mood)) != moods.end();
  });
  const std::string why = is_torn ? "it takes them for a mood and its opposite" : completion.why;
  if (!why.empty()) caller.note("the words stand for themselves: " + one_line(why));
  std::string text;
  if (!is_torn)
    for (const std::string& mood : moods) text += (text.empty() ? "" : ", ") + mood;
  return text;
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
  const Store store = open_library(caller, true);
  mood.said = said_mood(store, tables->user_id(), caller.asked.now);
  const std::vector<std::int32_t> plays = last_plays(*tables);
  mood.plays = plays.size();
  mood.features = features_of(*tables, plays);
  if (const auto clusters = open_clusters(store, *tables))
    mood.cluster = cluster_of(*clusters, *tables, plays);
  return mood;
}

library::FeedbackEntry set_mood(const Caller& caller, const std::string& text,
                                const std::string& like, std::int64_t seconds) {
  library::FeedbackRequest request;
  if (!text.empty()) request.moods = moods_of(caller, text);
  Store store = open_library(caller, false);
  request.verdict = Verdict::kMood;
  request.subject = text.empty() ? like : "text:" + text;
  request.seconds = seconds;
  request.origin = caller.asked.way_in;
  return library::say_feedback(store, choose_user(store, user_name(caller)).id, request,
                               caller.asked.now);
}

std::size_t clear_mood(const Caller& caller) {
  Store store = open_library(caller, false);
  const std::int64_t user = choose_user(store, user_name(caller)).id;
  std::size_t cleared = 0;
  while (const auto said = said_mood(store, user, caller.asked.now)) {
    library::undo_feedback(store, user, said->row.id, caller.asked.way_in, caller.asked.now);
    ++cleared;
  }
  return cleared;
}

}  // namespace engine::app
