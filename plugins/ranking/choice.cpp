// ranking.choice: how likely the user picks each track now, and lets it play, by model.choice.
//
// What they heard up to now is put into the model's features (shared/choice_signals.hpp) and
// weighed by what is known of the user: weights of their own where the model learned from them,
// else everybody's. The track before is the last one that they heard, where the session goes on:
// heard less than half an hour ago. So within a :walk these columns stand still while the walk goes
// on; what goes by the walk's own steps is in its columns (the model's card has the learned weights
// of those as a formula, "score").
//
// chosen      in nats, about -8..8: a track of 1 more is picked 2.7 times as often. 0: an average
//             one of those that the model held against what was picked. Missing for what the user
//             never played: the model learned from known tracks only
// acceptance  0..1: that it is let play to its end rather than skipped where shuffle brings it
//             next; with `moment` false in an average session, whatever came before, as a list of
//             many tracks is played. Missing for what the user never heard
// Both are missing where the model could not learn the one or the other, or had nothing to measure
// it by: a recipe that goes by a column weighs nothing that nobody knows the worth of. Candidates do
// not bear on each other.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>

#include "elements.hpp"
#include "shared/choice_signals.hpp"
#include "shared/co_listening.hpp"

namespace {

constexpr const char* kChoiceModel = "model.choice";

/// The learned weights of one of the model's two parts, for the user of the call.
class LearnedFormula {
 public:
  /// Throws NoData where the model is of other features than these.
  LearnedFormula(const playlist::Call& call, const std::string& part,
                 std::span<const shared::SignalFeature> features, bool has_constant)
      : features_(features) {
    const playlist::Table table = call.artifact_table(kChoiceModel, part.c_str());
    if (table.rows() == 0) return;
    if (call.artifact_bytes(kChoiceModel, (part + "_features").c_str()) !=
            shared::feature_names(features) ||
        table.rows() != features.size() + (has_constant ? 1 : 0)) {
      throw playlist::NoData(
          "model.choice was trained on other features than this version knows; train it again: "
          "engine train choice");
    }
    weights_ = table["weight"].f32();
    means_ = table["mean"].f32();
    scales_ = table["scale"].f32();
    find_person(call, part);
  }

  [[nodiscard]] bool is_learned() const { return !weights_.empty(); }
  /// What a feature adds, above that of the mean.
  [[nodiscard]] double part(std::span<const float> row, std::size_t feature) const {
    return static_cast<double>(weights_[feature]) *
           ((static_cast<double>(row[feature]) - means_[feature]) / scales_[feature]);
  }
  /// Of the first `count` features; the others are taken to be as in the mean.
  [[nodiscard]] double sum(std::span<const float> row, std::size_t count) const {
    double sum = weights_.size() > features_.size() ? weights_.back() : 0;
    for (std::size_t k = 0; k < count; ++k) sum += part(row, k);
    return sum;
  }
  /// "how long ago you played it +0.8, ...": the three of the first `count` features that move the
  /// sum most.
  [[nodiscard]] std::string because(std::span<const float> row, std::size_t count) const {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(part(row, a)) > std::abs(part(row, b));
    });
    std::string text;
    for (const std::size_t k : std::span(order).first(std::min<std::size_t>(3, count))) {
      const long tenths = std::lround(10 * part(row, k));
      if (tenths == 0) break;
      text +=
          playlist::concat(text.empty() ? "" : ", ", features_[k].meaning, tenths < 0 ? " -" : " +",
                           std::abs(tenths) / 10, ".", std::abs(tenths) % 10);
    }
    return text;
  }

 private:
  void find_person(const playlist::Call& call, const std::string& part) {
    const playlist::Table user = call.table("user");
    if (user.rows() == 0) return;
    const auto ids = call.artifact_table(kChoiceModel, "people")["id"].i64();
    const auto found = std::find(ids.begin(), ids.end(), user["id"].i64()[0]);
    if (found == ids.end()) return;
    const playlist::Matrix people = call.artifact_matrix(kChoiceModel, (part + "_people").c_str());
    if (people.columns() == weights_.size() && people.rows() == ids.size())
      weights_ = people[found - ids.begin()];
  }

  std::span<const shared::SignalFeature> features_;
  std::span<const float> weights_, means_, scales_;
};

/// The user's past as of now.
shared::ListenerPast past_of(const playlist::Call& call) {
  const playlist::Table listens = call.table("listens"), contexts = call.table("listen_contexts");
  const auto track = listens["track"].i32(), ms_played = listens["ms_played"].i32(),
             session = contexts["session"].i32();
  const auto ts = listens["ts"].i64();
  const auto is_play = listens["is_play"].u8(), is_skip = listens["is_skip"].u8(),
             is_finished = listens["is_finished"].u8();
  const playlist::Strings ends = contexts["end_reason"].texts();
  shared::ListenerPast past(shared::track_facts(call));
  std::int64_t end = 0;
  for (std::size_t row = 0; row < track.size(); ++row) {
    if (row % 65'536 == 0) call.checkpoint();
    const std::int64_t over = shared::end_of_play(ts[row], ms_played[row]);
    const bool goes_on = row > 0 && session[row] == session[row - 1];
    end = goes_on ? std::max(end, over) : over;
    past.at(ts[row], session[row]);
    past.hear({ts[row], over, track[row], session[row], is_play[row] == 1, is_skip[row] == 1,
               is_finished[row] == 1, shared::ending_of(ends[row])});
  }
  constexpr std::int32_t kNewSession = -2;
  const bool goes_on = !session.empty() && call.now() - end < shared::kSessionGapSeconds;
  past.at(call.now(), goes_on ? session.back() : kNewSession);
  return past;
}

class Choice final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"optional", false,
       "where model.choice is not trained, leave the columns empty without a notice"},
      {"moment", true,
       "acceptance goes by how the session goes; false: as in an average one, for a list"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"chosen", PLAYLIST_F32, "how gladly the user would pick it now, in nats; 0 average"},
      {"acceptance", PLAYLIST_F32, "chance that they let it play under shuffle, 0..1"},
  };

  explicit Choice(const playlist::Args& args)
      : is_optional_(args.boolean("optional")),
        acceptance_features_(args.boolean("moment") ? shared::kAcceptanceFeatures
                                                    : shared::kAcceptanceOfTrack) {}

  void rank(playlist::RankingCall& call) {
    judge_.reset();
    const auto chosen = call.out_f32(0), acceptance = call.out_f32(1);
    std::fill(chosen.begin(), chosen.end(), playlist::kMissingF32);
    std::fill(acceptance.begin(), acceptance.end(), playlist::kMissingF32);
    if (!has_model(call)) return;
    judge_ = std::make_unique<Judge>(call);
    note_what_is_missing(call);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 8192 == 0) call.checkpoint();
      const std::int32_t place = judge_->past.place(track[row]);
      if (place < 0) continue;
      if (judge_->choice.is_learned() && judge_->past.plays(place) > 0)
        chosen[row] = static_cast<float>(
            judge_->choice.sum(judge_->past.choice(place), shared::kChoiceFeatures));
      if (judge_->acceptance.is_learned())
        acceptance[row] =
            chance(judge_->acceptance.sum(judge_->past.acceptance(place), acceptance_features_));
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) {
    const float chosen = call.out_f32(0)[row], acceptance = call.out_f32(1)[row];
    if (std::isnan(chosen) && std::isnan(acceptance)) return "";
    if (!judge_) judge_ = std::make_unique<Judge>(call);
    const std::int32_t place = judge_->past.place(call.track()[row]);
    std::string text;
    if (!std::isnan(chosen)) {
      const shared::ChoiceRow of_track = judge_->past.choice(place);
      text = playlist::concat("you would pick it ", times(chosen), " as often as an average song",
                              reasons(judge_->choice.because(of_track, of_track.size())));
    }
    if (!std::isnan(acceptance)) {
      const shared::AcceptanceRow of_track = judge_->past.acceptance(place);
      text += playlist::concat(text.empty() ? "" : "; ",
                               "shuffled you would let it play with an estimated chance of ",
                               std::lround(100 * double{acceptance}), " %",
                               reasons(judge_->acceptance.because(of_track, acceptance_features_)));
    }
    return text;
  }

 private:
  /// What all candidates are judged by; kept for the explanations.
  struct Judge {
    LearnedFormula choice, acceptance;
    shared::ListenerPast past;

    explicit Judge(const playlist::Call& call)
        : choice(call, "choice", shared::choice_features(), false),
          acceptance(call, "acceptance", shared::acceptance_features(), true),
          past(past_of(call)) {}
  };

  /// Throws NoData where it is not optional.
  [[nodiscard]] bool has_model(const playlist::Call& call) const {
    try {
      static_cast<void>(call.artifact_card(kChoiceModel));
      return true;
    } catch (const playlist::NoData&) {
      if (!is_optional_) throw;
      return false;
    }
  }

  void note_what_is_missing(const playlist::Call& call) const {
    if (is_optional_) return;
    if (!judge_->choice.is_learned())
      call.info(
          "model.choice had too few picks to learn what is chosen, or to measure it: that column "
          "is "
          "empty");
    if (!judge_->acceptance.is_learned())
      call.info(
          "model.choice had too few shuffled plays to learn what is let play, or to measure it: "
          "acceptance is empty");
  }

  /// Nothing is that sure, and a recipe may take its log odds.
  static float chance(double log_odds) {
    return static_cast<float>(std::clamp(1 / (1 + std::exp(-log_odds)), 0.0001, 0.9999));
  }
  static std::string reasons(const std::string& parts) {
    return parts.empty() ? "" : playlist::concat(" (", parts, ")");
  }
  /// "0.4 times", "12 times".
  static std::string times(float nats) {
    const double value = std::exp(double{nats});
    if (value >= 9.95) return playlist::concat(std::lround(std::min(value, 1e6)), " times");
    const long tenths = std::lround(10 * value);
    return tenths == 0 ? "less than 0.1 times"
                       : playlist::concat(tenths / 10, ".", tenths % 10, " times");
  }

  bool is_optional_;
  std::size_t acceptance_features_;  // how many of them count
  std::unique_ptr<Judge> judge_;
};

}  // namespace

constinit const playlist::Element kChoice = playlist::element<Choice>(
    "ranking.choice",
    "How likely the user picks each track now, and lets it play; needs model.choice.");
