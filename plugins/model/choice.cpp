// model.choice: what people pick themselves, and what they let play when shuffle brings it.
//
// Learned from how listens began and ended, as kernels/choice_training.hpp says, by features of the
// listener's past (shared/choice_signals.hpp). Spotify's extended streaming history tells this, and
// any table of plays with reason_start, reason_end and shuffle; other exports do not.
//
// Artifact  tables "choice", "acceptance": weight, mean, scale f32, a row for each of bytes
//           "choice_features", "acceptance_features" (their names, one a line), of acceptance one
//           more, of 1; no rows: there was too little to learn it from, or nothing to measure it
//           by: what was never measured stands on the card alone, and bears on no list
//           table "people": id (the store's number); of what was learned matrices "choice_people",
//           "acceptance_people": the weights of each, everybody's where nothing of theirs is known
// Card      "choice", "acceptance": null, or "count", "sessions", "people" learned from, "weights"
//           by feature: of its z-score, with errors, "robust_error" by session, mean and scale,
//           "per_unit" of the feature as it is, and of several people "spread" between them;
//           "held_out": figures of the latest part with intervals [low, high], see figures_of()
//           "score": the utility of a choice as a formula of a walk's columns, or null. It goes by
//           the artist that came before in the walk, and by `steps_since_artist`, which a walk
//           counts from the last session on: what came before that is 100 steps away there
#include "playlist/plugin.hpp"

#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elements.hpp"
#include "kernels/choice_training.hpp"
#include "shared/counted.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr playlist::Choices kSamplings{"uniform", "popularity"};

// ---- what was heard
// -----------------------------------------------------------------------------

struct HeardInContext {
  std::vector<std::int64_t> begin, person_ids;
  std::vector<shared::PastListen> listens;
  std::vector<Occasion> occasion;
  bool tells_reasons = false, tells_shuffle = false;  // any of them

  explicit HeardInContext(playlist::ModelCall& call) {
    const playlist::Table table = call.table("user_listens"),
                          contexts = call.table("user_listen_contexts");
    const auto users = table["user"].i32(), tracks = table["track"].i32(),
               sessions = contexts["session"].i32(), ms_played = contexts["ms_played"].i32();
    const auto ts = table["ts"].i64();
    const auto is_play = table["is_play"].u8(), is_skip = table["is_skip"].u8(),
               is_finished = contexts["is_finished"].u8(), shuffle = contexts["shuffle"].u8();
    const playlist::Strings starts = contexts["start_reason"].texts(),
                            ends = contexts["end_reason"].texts();
    const auto ids = call.table("users")["id"].i64();
    person_ids.assign(ids.begin(), ids.end());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (row % 65'536 == 0) call.checkpoint();
      while (begin.size() <= static_cast<std::size_t>(users[row]))
        begin.push_back(static_cast<std::int64_t>(row));
      listens.push_back({ts[row], shared::end_of_play(ts[row], ms_played[row]), tracks[row],
                         sessions[row], is_play[row] == 1, is_skip[row] == 1, is_finished[row] == 1,
                         shared::ending_of(ends[row])});
      occasion.push_back(occasion_of(starts[row], shuffle[row]));
      tells_reasons = tells_reasons || !starts[row].empty();
      tells_shuffle = tells_shuffle || shuffle[row] != playlist::kMissingU8;
    }
    begin.resize(person_ids.size() + 1, static_cast<std::int64_t>(table.rows()));
  }

 private:
  static Occasion occasion_of(std::string_view start, std::uint8_t shuffle) {
    if (shuffle == 0 && start == "clickrow") return Occasion::kPicked;
    if (shuffle == 1 && (start == "trackdone" || start == "fwdbtn")) return Occasion::kShuffled;
    return Occasion::kNone;
  }
};

/// Of acceptance, where there is nothing to tell apart.
const char* one_outcome(const ChoiceModel& model) {
  return model.let_play == 0 ? ", all of them skipped" : ", all of them let play";
}

std::string what_is_missing(const HeardInContext& heard, const ChoiceModel& model,
                            const ChoiceOptions& options) {
  constexpr std::string_view kWhoTells =
      "Spotify's extended streaming history tells it (Streaming_History_Audio_*.json, "
      "endsong_*.json: ask Spotify for it under account privacy), account data and Last.fm do not";
  if (!heard.tells_reasons)
    return playlist::concat(
        "no listen tells how it began and whether it was shuffled; ", kWhoTells,
        "; files imported by a version that did not keep it have to be imported again");
  return playlist::concat(
      "of ", options.least, " that are needed there are ", shared::counted(model.choices, "track"),
      " picked from a list out of shuffle by somebody who had played them and ",
      shared::counted(options.least_known, "track"), ", and ",
      shared::counted(model.trials, "known track"),
      " that shuffle brought and that were let play or skipped",
      model.trials > 0 && model.has_one_outcome() ? one_outcome(model) : "",
      heard.tells_shuffle ? "" : "; no listen tells whether it was shuffled", "; ", kWhoTells);
}

// ---- the card
// ------------------------------------------------------------------------------------

/// JSON knows no NaN.
std::string number(double value) {
  return std::isfinite(value) ? playlist::concat(value) : std::string("null");
}

std::string figure(const char* name, const Figure& figure) {
  return playlist::concat(", \"", name, "\": ", number(figure.value), ", \"", name,
                          "_interval\": [", number(figure.low), ", ", number(figure.high), "]");
}

/// "choices" that were held out, "sessions", bits gained over picking any of "of_bits", McFadden's
/// R2, the share that was the best or among the ten best by the model.
std::string figures_of(const ChoiceFigures& figures, std::size_t alternatives) {
  return playlist::concat("{\"choices\": ", figures.count, ", \"sessions\": ", figures.sessions,
                          ", \"of_bits\": ", std::log2(static_cast<double>(alternatives + 1)),
                          figure("bits", figures.bits),
                          figure("personal_bits", figures.personal_bits),
                          figure("mcfadden_r2", figures.explained), figure("hit_1", figures.hit_1),
                          figure("hit_10", figures.hit_10), "}");
}

/// Areas under the curve, of what was let play against what was skipped: of all plays, and
/// "_within" of those of one session after the same ending. "auc" is the model's, "track_auc" that
/// of what it knows of tracks without the moment, "own_skip_rate_auc" and "previous_auc" go by the
/// track's own skip rate, and by how the play before ended, alone; "track_auc_gain" is what the model
/// has over the former. That "auc_within" is below "track_auc_within" is to be expected: of a
/// session's skips the fewer are left the more there were, which the moment's features go against.
std::string figures_of(const AcceptanceFigures& figures) {
  const auto area = [](const std::string& name, const AcceptanceFigures::Area& area) {
    return figure(name.c_str(), area.all) + figure((name + "_within").c_str(), area.within);
  };
  return playlist::concat("{\"plays\": ", figures.count, ", \"sessions\": ", figures.sessions,
                          ", \"skipped\": ", number(figures.skipped), area("auc", figures.model),
                          area("personal_auc", figures.personal),
                          area("track_auc", figures.of_track),
                          area("own_skip_rate_auc", figures.own_skip_rate),
                          figure("track_auc_gain", figures.gain_of_track),
                          figure("previous_auc", figures.previous), "}");
}

std::string weights_of(const LearnedWeights& learned,
                       std::span<const shared::SignalFeature> features) {
  std::string weights;
  for (std::size_t k = 0; k < learned.weights.size(); ++k) {
    weights += playlist::concat(
        k == 0 ? "" : ", ", "\"", k < features.size() ? features[k].name : "constant",
        "\": {\"weight\": ", learned.weights[k], ", \"error\": ", number(learned.errors[k]),
        ", \"robust_error\": ", number(learned.robust_errors[k]), ", \"mean\": ", learned.means[k],
        ", \"scale\": ", learned.scales[k],
        ", \"per_unit\": ", learned.weights[k] / learned.scales[k],
        learned.spread.empty() ? "" : playlist::concat(", \"spread\": ", learned.spread[k]), "}");
  }
  return playlist::concat("\"count\": ", learned.count, ", \"sessions\": ", learned.sessions,
                          ", \"people\": ", learned.people, ", \"weights\": {", weights, "}");
}

/// "function(t) return -0.31 * math.log(...) + 1.2 * t.same_artist end".
std::string score_of(const LearnedChoice& learned) {
  std::string sum;
  for (std::size_t k = 0; k < learned.weights.size(); ++k) {
    char weight[32];
    std::snprintf(weight, sizeof weight, "%.4g", std::abs(learned.weights[k]) / learned.scales[k]);
    const bool is_negative = learned.weights[k] < 0;
    sum += playlist::concat(k == 0 ? (is_negative ? "-" : "") : (is_negative ? " - " : " + "),
                            weight, " * ", shared::choice_features()[k].formula);
  }
  return "function(t) return " + sum + " end";
}

std::string card_of(const ChoiceModel& model, const ChoiceOptions& options) {
  const std::string choice =
      !model.choice
          ? "null"
          : playlist::concat(
                "{", weights_of(*model.choice, shared::choice_features()),
                ", \"held_out\": ", figures_of(model.choice->held_out, options.alternatives), "}");
  const std::string acceptance =
      !model.acceptance
          ? "null"
          : playlist::concat("{", weights_of(*model.acceptance, shared::acceptance_features()),
                             ", \"held_out\": ", figures_of(model.acceptance->held_out), "}");
  return playlist::concat("{\"choices\": ", model.choices, ", \"trials\": ", model.trials,
                          ", \"alternatives\": ", options.alternatives, ", \"score\": ",
                          model.choice ? "\"" + score_of(*model.choice) + "\"" : "null",
                          ", \"choice\": ", choice, ", \"acceptance\": ", acceptance, "}");
}

// ---- the artifact
// --------------------------------------------------------------------------------

/// Table `name` and matrix `name`_people; without weights no rows, and no matrix.
void write_weights(playlist::ModelCall& call, const std::string& name,
                   const LearnedWeights* learned, std::span<const shared::SignalFeature> features) {
  std::vector<float> weights, means, scales;
  if (learned != nullptr) {
    std::vector<float> people;
    weights.assign(learned->weights.begin(), learned->weights.end());
    means.assign(learned->means.begin(), learned->means.end());
    scales.assign(learned->scales.begin(), learned->scales.end());
    for (const std::vector<double>& own : learned->of_person)
      people.insert(people.end(), own.begin(), own.end());
    call.matrix((name + "_people").c_str(), people, static_cast<std::uint32_t>(weights.size()));
  }
  write_table(call, name.c_str(), weights.size(),
              {column_of("weight", PLAYLIST_F32, weights.data()),
               column_of("mean", PLAYLIST_F32, means.data()),
               column_of("scale", PLAYLIST_F32, scales.data())});
  call.bytes((name + "_features").c_str(), shared::feature_names(features));
}

class Choice final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"alternatives", 50, 1, 1'000, "tracks drawn against each that was picked"},
      playlist::Param::choice("sampling", kSamplings, "uniform",
                              "any track played before as likely, or by how often it was played"),
      {"known", 50, 2, 1'000'000, "tracks that somebody must have played before a pick counts"},
      {"most", 100'000, 10, 10'000'000, "picks, and shuffled plays, learned from, the latest"},
      {"least", 100, 10, 1'000'000, "of either, below which nothing is learned of it"},
      {"regularization", 0.01, 1e-6, 1'000, "pulls weights to 0: 1 / variance"},
      {"validation_share", 0.3, 0, 0.9,
       "the latest share of each person's, to measure by; 0: ranking.choice has no columns of it"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit Choice(const playlist::Args& args) {
    options_.alternatives = args.count("alternatives");
    options_.is_by_popularity = args.text("sampling") == "popularity";
    options_.least_known = args.count("known");
    options_.most = args.count("most");
    options_.least = args.count("least");
    options_.regularization = args.number("regularization");
    options_.validation_share = args.number("validation_share");
    options_.threads = thread_count(args.integer("threads"));
  }

  void train(playlist::ModelCall& call) const {
    const HeardInContext heard(call);
    ChoiceOptions options = options_;
    options.random_seed = call.random("choice").next();
    options.proceed = progress_of(call, 0, 1);
    const auto model = train_choice(
        {heard.begin, heard.listens, heard.occasion, heard.person_ids, shared::track_facts(call)},
        options);
    if (!model) throw playlist::Cancelled();
    if (!model->choice && !model->acceptance)
      throw playlist::NoData(what_is_missing(heard, *model, options));
    note_what_is_missing(call, *model);
    write_weights(call, "choice", measured(model->choice), shared::choice_features());
    write_weights(call, "acceptance", measured(model->acceptance), shared::acceptance_features());
    write_ids(call, "people", heard.person_ids);
    call.card(card_of(*model, options));
  }

 private:
  /// What ranking.choice may go by.
  template <typename Learned>
  static const Learned* measured(const std::optional<Learned>& learned) {
    return learned && learned->held_out.is_measured() ? &*learned : nullptr;
  }

  void note_what_is_missing(playlist::ModelCall& call, const ChoiceModel& model) const {
    note_choice(call, model);
    note_acceptance(call, model);
  }

  void note_choice(playlist::ModelCall& call, const ChoiceModel& model) const {
    constexpr const char* kWhat = "what people pick";
    if (model.choice) {
      note_doubts(call, kWhat, "chosen", *model.choice, no_sessions_held_out());
      return;
    }
    call.info(playlist::concat(
        kWhat, " is not learned: there are ", shared::counted(model.choices, "track"),
        " picked from a list out of shuffle by somebody who had "
        "played them and ",
        shared::counted(options_.least_known, "track"), ", and ", options_.least, " are needed"));
  }

  void note_acceptance(playlist::ModelCall& call, const ChoiceModel& model) const {
    constexpr const char* kWhat = "what people let play under shuffle";
    if (model.acceptance) {
      const AcceptanceFigures& held_out = model.acceptance->held_out;
      note_doubts(call, kWhat, "acceptance", *model.acceptance,
                  held_out.count == 0
                      ? no_sessions_held_out()
                      : playlist::concat("the latest ", shared::counted(held_out.count, "play"),
                                         ", held out for it, were all ",
                                         held_out.skipped == 0 ? "let play" : "skipped"));
      return;
    }
    const bool are_enough = model.trials >= static_cast<std::int64_t>(options_.least);
    call.info(playlist::concat(
        kWhat, " is not learned: there are ", model.trials, " such plays of known tracks",
        are_enough ? playlist::concat(one_outcome(model), ", so there is nothing to tell apart")
                   : playlist::concat(", and ", options_.least, " are needed")));
  }

  [[nodiscard]] std::string no_sessions_held_out() const {
    if (options_.validation_share == 0) return "validation_share is 0";
    return playlist::concat("nobody has a whole session in the latest ",
                            std::lround(100 * options_.validation_share),
                            " % of theirs, which are held out for it; it takes more sessions");
  }

  /// Of what was learned, and can be relied on less than it seems.
  template <typename Learned>
  static void note_doubts(playlist::ModelCall& call, const char* what, const char* column,
                          const Learned& learned, const std::string& why_unmeasured) {
    if (!learned.held_out.is_measured())
      call.info(playlist::concat("how well ", what,
                                 " is foretold was not measured, so ranking.choice leaves ", column,
                                 " empty: ", why_unmeasured));
    if (learned.is_separable)
      call.info(playlist::concat(what, " is foretold without an error in all ", learned.count,
                                 " cases that it is learned from: nothing but `regularization` "
                                 "bounds the weights, and their sizes tell little"));
  }

  ChoiceOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kChoice = playlist::element<model::Choice>(
    "model.choice", "What people pick themselves, and what they let play under shuffle.");
