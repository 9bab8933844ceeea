// Learning what people pick, and what they let play, from how their listens began and ended.
//
// Choice      A track that was pressed in a list, out of shuffle, and had been played before, against
//             alternatives drawn from what its listener had played by then: a conditional logit of
//             shared::choice_features(). Drawn uniformly they need no correction; drawn by how often
//             each was played, each has -ln of that.
// Acceptance  A track that shuffle brought after another ended or was skipped, and that had been
//             heard before: let play to its end or skipped; a logit of shared::acceptance_features().
//             What shuffle brings next hardly hangs on what is liked, so this is close to a trial;
//             what is in the shuffled list is still the listener's choice.
// Weights     Of features as z-scores: everybody's, with errors that are robust to what the plays of
//             one session have in common, and each person's, drawn to everybody's as far as little
//             is known of them (shrink_to).
// Honesty     The latest `validation_share` of each person's, whole sessions of it, is held out
//             first and judged by the weights of what was before; intervals of 95 % over sessions
//             drawn anew. Then everything is learned from.
// Left out    How alike the track before sounds: hardly any tracks of an export have features, and
//             a walk's own `similarity` stays for the recipe to weigh. Of acceptance, chosen on the
//             first 70 % of one person's 12,600 shuffled plays by three expanding folds, in bits of
//             log loss a play: plays of the track -0.005, base level -0.004, hours since played
//             -0.002, the album's skips, the same artist or album 0.000.
// Threads     The same bits for any number of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "session_figures.hpp"
#include "shared/choice_signals.hpp"

namespace model {

/// What a listen tells besides what was heard.
enum class Occasion : std::uint8_t {
  kNone,
  kPicked,    // pressed in a list, and shuffle was known to be off
  kShuffled,  // shuffle brought it after the one before ended or was skipped
};

/// Person p has the listens [begin[p], begin[p + 1]), by start.
struct ChoiceData {
  std::span<const std::int64_t> begin;
  std::span<const shared::PastListen> listens;
  std::span<const Occasion> occasion;        // of each listen
  std::span<const std::int64_t> person_ids;  // the store's: a person's draws hang on no other's
  shared::TrackFacts facts;

  [[nodiscard]] std::size_t people() const { return person_ids.size(); }
};

struct ChoiceOptions {
  std::size_t alternatives = 50;  // >= 1
  bool is_by_popularity = false;
  std::size_t least_known = 50;   // tracks that were played before a choice counts
  std::size_t most = 100'000;     // choices, and shuffled plays, learned from: the latest
  std::size_t least = 100;        // of either, below which nothing is learned of it
  double regularization = 0.01;   // > 0: 1 / variance of weights about 0
  double validation_share = 0.3;  // 0..0.9
  int threads = 1;
  std::uint64_t random_seed = 1;
  /// Called now and then from the calling thread with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed;
};

struct LearnedWeights {
  std::vector<double> weights, errors, robust_errors;  // by feature
  std::vector<double> means, scales;                   // of features; weights are of z-scores
  std::vector<double> spread;                          // between people; empty for one person
  std::vector<std::vector<double>> of_person;          // everybody's where nothing is known
  std::int64_t count = 0, sessions = 0, people = 0;    // learned from
  /// Everybody's weights foretell each of what they were learned from: then nothing but
  /// `regularization` bounds them.
  bool is_separable = false;
};

/// Of the latest part, by weights of what was before.
struct ChoiceFigures {
  std::int64_t count = 0, sessions = 0;
  Figure bits;           // gained over picking any, a choice
  Figure personal_bits;  // by each one's own weights; of several people
  Figure explained;      // McFadden's R2: 1 - log likelihood / that of picking any
  Figure hit_1, hit_10;  // picked: of the best, of the ten best

  [[nodiscard]] bool is_measured() const { return count > 0; }
};
struct AcceptanceFigures {
  /// The chance that what was let play scores above what was skipped: among all plays, and among
  /// those of one session that came after the same ending.
  struct Area {
    Figure all, within;
  };
  std::int64_t count = 0, sessions = 0;
  double skipped = Figure::kNone;  // share
  Area model, personal;            // personal: of several people
  Area of_track;                   // only what tells tracks apart
  Area own_skip_rate;              // the track's, and nothing else
  Figure gain_of_track;            // of_track.all less own_skip_rate.all
  Figure previous;                 // how the play before ended, and nothing else

  /// Something was let play and something skipped.
  [[nodiscard]] bool is_measured() const { return !std::isnan(model.all.value); }
};

struct LearnedChoice : LearnedWeights {
  ChoiceFigures held_out;
};
/// The last weight is that of 1, of mean 0 and scale 1.
struct LearnedAcceptance : LearnedWeights {
  AcceptanceFigures held_out;
};

struct ChoiceModel {
  std::optional<LearnedChoice> choice;          // nothing: fewer than `least`
  std::optional<LearnedAcceptance> acceptance;  // nor where all were let play, or all skipped
  std::int64_t choices = 0, trials = 0, let_play = 0;  // that there were; let_play: of the trials

  [[nodiscard]] bool has_one_outcome() const { return let_play == 0 || let_play == trials; }
};

/// Nothing when `proceed` said stop.
std::optional<ChoiceModel> train_choice(const ChoiceData& data, const ChoiceOptions& options);

}  // namespace model
