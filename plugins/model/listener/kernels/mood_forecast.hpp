// The mood of the track that comes next in a session, by what was known before it: simple ways, a
// published one, and ours, judged on the last fifth of the windows.
//
// Ways     last, session, markov_1, markov_2, hour: the experts of these names (shared/mood_history.hpp)
//          published: boosted trees, a softmax over the moods, of depth 6 on the window's moods and
//          sounds, the hour, the weekday and the place in the session. They stop where the last fifth
//          of what they learn from gets no better. How long the session will be is not told to them
//          forecast: ours, all experts together, each by its weight (MoodPool), the weights those of
//          a conditional logit
// Split    by time: the first four fifths of the windows teach, the last fifth judges, and nothing
//          goes from one to the other: moods are those of the tracks heard before the first window
//          that judges, how many there are is chosen by them alone, and an expert says what was
//          counted before the very window
// Serves   ours, if its log loss is better than that of the best simple way by an interval that
//          excludes 0, over weeks drawn anew; else that one
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../../kernels/mood_clusters.hpp"
#include "../../kernels/session_figures.hpp"
#include "shared/mood_history.hpp"
#include "xgboost.hpp"

namespace model {

enum class MoodWay : std::uint8_t {
  kLast,
  kSession,
  kMarkov1,
  kMarkov2,
  kHour,
  kPublished,
  kForecast
};
inline constexpr std::size_t kMoodWays = 7;
const char* name_of(MoodWay way);
/// The expert that a simple way is.
shared::MoodExpert expert_of(MoodWay way);

/// What one person heard.
struct MoodLog {
  std::vector<shared::MoodListen> listens;  // in their order; their moods are not looked at
  shared::MoodSounds sounds;                // of the tracks
  /// Of the windows that are to be told, in their order: the listen that each tells, and
  /// `columns` features of what was known before it, row-major, NaN missing.
  std::vector<std::int32_t> told;
  std::size_t columns = 0;
  std::vector<float> windows;
};

/// Of the held-out windows. Intervals over weeks drawn anew.
struct MoodFigures {
  struct Part {
    Figure log_loss, gain;  // ours less this way's; no gain of ours
    double accuracy = 0, macro_f1 = 0;
    double area = 0;  // under the receiver's curve, mean of each mood against the rest
  };
  bool is_tried = false;
  Part all, changes;  // changes: where the mood is another than the last one of the session
};

/// Weights within a session and at its start.
struct MoodForecast {
  shared::MoodPool within, start;
};

struct JudgedMoods {
  MoodForecast forecast;  // learned of all windows, on the moods that were given
  MoodWay serves = MoodWay::kMarkov2;
  std::string why;  // it was not judged; "": it was
  std::array<MoodFigures, kMoodWays> ways;
  FoundMoods moods;                                // of the split
  std::size_t taught = 0, held_out = 0;            // windows
  std::size_t changes = 0;                         // of the held-out ones
  std::size_t weeks = 0;                           // of the held-out ones
  int rounds = 0;                                  // of the published way's trees
  std::array<std::vector<float>, kMoodWays> said;  // of the held-out windows, mood after mood
};

struct MoodOptions {
  bool compares_published = true;  // or leaves that way out: it never serves
  ClusterCountOptions clusters{.starts = 5};
  BoostingOptions published{.rounds = 100, .depth = 6, .rate = 0.1, .least_rows = 4};
  std::size_t least_windows = 500;  // below which nothing is judged
  std::uint64_t random_seed = 1;
  /// Called now and then with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed;
};

/// `moods`: those that serve. Nothing when `proceed` said stop. Throws playlist::Error where XGBoost
/// is asked for and not to be had.
std::optional<JudgedMoods> forecast_moods(const MoodLog& log, const shared::MoodCentroids& moods,
                                          const MoodOptions& options);

}  // namespace model
