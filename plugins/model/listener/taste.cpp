// model.taste: how gladly one person hears a track, in the way that is shown to serve them.
//
// A ladder of three rungs, judged by plays that came later (kernels/taste_ladder.hpp): a rule of
// thumb (shared/preference.hpp), a logistic regression drawn to 0, boosted trees of XGBoost. With
// few plays, or where nothing is shown to be better, the rule stays. What it learns of are moments at
// which the person met a track (kernels/taste_examples.hpp) by what their past said of it then
// (shared/taste_signals.hpp), so that what they never heard can be told as well. In neither of the
// learned rungs does a skip ever help a track.
//
// It is learned from the person's own tables, and serves nobody else. What they took back by now (a
// like, a song of a playlist) is as if they had never said it. An own library, as nothing else here
// takes XGBoost, which is loaded for the highest rung and not for what a run needs.
//
// Artifact  bytes "words": rung, target, space and best playlist, one a line; the last may be of any
//           text. "features": the names of shared::taste_features(), one a line
//           table "learned": as_of i64, base f32 (the mean label), days i32; one row
//           matrices "center", "components" of the space, see shared/taste_vectors.hpp; "" none
//           of the logistic rung table "weights": weight, mean, scale f32, a row for each feature
//           and place of the space, then the constant
//           of the boosted rung tables "trees": begin i32; "nodes": left, right,
//           feature i32, value f32, missing_left u8; "boosted": base f32 (shared/boosted_trees.hpp)
// Card      "rung" that serves, "why" if it was not judged; "target", "examples", "share" of them
//           that came out well; "held_out": examples foretold, "weeks"; "rungs": of each "auc",
//           "gain" over the best rung below it that is on, with intervals, and "on"; "importance" of
//           each feature: what the area loses when its values change places; "calibration": what it
//           foretold against what came, "calibration_error"; "retrain_days": engine models says when
//           they are over
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "../kernels/principal_components.hpp"
#include "../training.hpp"
#include "elements.hpp"
#include "kernels/taste_ladder.hpp"
#include "shared/taste_vectors.hpp"
#include "trees_table.hpp"

namespace model {
namespace {

constexpr playlist::Choices kTargets{"returned", "accepted", "preference"};
constexpr std::size_t kManyRows = 100'000;   // from which on more threads than one are worth it
constexpr std::size_t kMostOfSpace = 5'000;  // vectors by which its components are found

TasteTarget target_of(const std::string& name) {
  if (name == "accepted") return TasteTarget::kAccepted;
  return name == "returned" ? TasteTarget::kReturned : TasteTarget::kPreference;
}

// ---- the person
// ---------------------------------------------------------------------------------

/// What became of what shuffle brought, of each of their listens.
std::vector<Trial> trials_of(const playlist::Call& call) {
  const playlist::Table contexts = call.table("listen_contexts");
  const auto shuffle = contexts["shuffle"].u8();
  const playlist::Strings starts = contexts["start_reason"].texts(),
                          ends = contexts["end_reason"].texts();
  std::vector<Trial> trials(shuffle.size(), Trial::kNone);
  for (std::size_t row = 0; row < shuffle.size(); ++row) {
    if (shuffle[row] != 1 || (starts[row] != "trackdone" && starts[row] != "fwdbtn")) continue;
    const shared::Ending ending = shared::ending_of(ends[row]);
    if (ending == shared::Ending::kLetPlay) trials[row] = Trial::kLetPlay;
    if (ending == shared::Ending::kSkipped) trials[row] = Trial::kSkipped;
  }
  return trials;
}

// ---- the space
// ----------------------------------------------------------------------------------

/// Where vectors lie: their mean, and the directions in which those of the library differ most. It
/// is of what the catalogue knows of tracks, not of what the person did with them.
struct LearnedSpace {
  std::string name;
  std::vector<float> center, components;

  LearnedSpace(const playlist::Call& call, std::string space, std::size_t places)
      : name(std::move(space)) {
    if (name.empty()) return;
    const playlist::Matrix matrix = call.embedding(name.c_str());
    const Vectors known = known_of(matrix);
    const PrincipalComponents found = principal_components(known, 1);
    const std::size_t kept = std::min(places, found.dim);
    center = found.mean;
    components.assign(found.components.begin(),
                      found.components.begin() + static_cast<std::ptrdiff_t>(kept * found.inputs));
  }

  [[nodiscard]] shared::TasteSpace view() const { return {name, center, components}; }

 private:
  /// Evenly spread over the catalogue.
  static Vectors known_of(const playlist::Matrix& matrix) {
    std::vector<std::int32_t> rows;
    for (std::size_t row = 0; row < matrix.rows(); ++row)
      if (!std::isnan(matrix[static_cast<std::int64_t>(row)][0]))
        rows.push_back(static_cast<std::int32_t>(row));
    const std::size_t step = std::max<std::size_t>(1, rows.size() / kMostOfSpace);
    std::vector<std::int32_t> kept;
    for (std::size_t k = 0; k < rows.size(); k += step) kept.push_back(rows[k]);
    Vectors known(static_cast<std::int64_t>(kept.size()), matrix.columns());
    for (std::size_t k = 0; k < kept.size(); ++k)
      std::ranges::copy(matrix[kept[k]], known.row(static_cast<std::int64_t>(k)));
    return known;
  }
};

// ---- the card
// -----------------------------------------------------------------------------------

/// JSON knows no NaN.
std::string number(double value) {
  return std::isfinite(value) ? playlist::concat(value) : std::string("null");
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string figure(const char* name, const Figure& figure) {
  return playlist::concat("\"", name, "\": ", number(figure.value), ", \"", name, "_interval\": [",
                          number(figure.low), ", ", number(figure.high), "]");
}

std::string rungs_of(const TasteLadder& ladder) {
  std::string text;
  for (std::size_t k = 0; k < kRungs; ++k) {
    const JudgedRung& rung = ladder.judged[k];
    text += playlist::concat(text.empty() ? "" : ", ", "\"", name_of(static_cast<Rung>(k)), "\": {",
                             figure("auc", rung.area));
    if (k > 0) text += ", " + figure("gain", rung.gain);
    text += playlist::concat(", \"on\": ", rung.is_on ? "true" : "false");
    if (!rung.why_not.empty()) text += ", \"why_not\": " + quoted(rung.why_not);
    text += "}";
  }
  return "{" + text + "}";
}

std::string importance_of(const TasteLadder& ladder, const std::string& space) {
  std::string text;
  for (std::size_t k = 0; k < ladder.importance.size(); ++k) {
    const std::string name = k < shared::kTasteFeatures
                                 ? std::string(shared::taste_features()[k].name)
                                 : playlist::concat(space, "_", k - shared::kTasteFeatures + 1);
    text += playlist::concat(k == 0 ? "" : ", ", quoted(name), ": ",
                             std::round(ladder.importance[k] * 1e4) / 1e4);
  }
  return "{" + text + "}";
}

std::string calibration_of(const TasteLadder& ladder) {
  std::string text;
  for (std::size_t k = 0; k < ladder.calibration.bins.size(); ++k) {
    const Calibration::Bin& bin = ladder.calibration.bins[k];
    if (bin.weight == 0) continue;
    char name[32];
    std::snprintf(name, sizeof name, "%.1f..%.1f", 0.1 * static_cast<double>(k),
                  0.1 * static_cast<double>(k + 1));
    text +=
        playlist::concat(text.empty() ? "" : ", ", "\"", name, "\": {\"examples\": ", bin.weight,
                         ", \"foretold\": ", bin.predicted, ", \"came\": ", bin.observed, "}");
  }
  return "{" + text + "}";
}

class Taste final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("target", kTargets, "returned",
                              "returned: played again within `days`; accepted: let play when "
                              "shuffle brought it; preference: a mean of what was said and done"),
      {"days", 28, 1, 365, "in which a track is played again"},
      {"best_playlist", "", "name of the playlist of what the person likes best; \"\": none"},
      {"space", "",
       "embedding whose vectors are features, or none; \"\": clap where imported, else audio"},
      {"places", 16, 1, 256, "that a vector becomes, by its principal components"},
      {"most", 50'000, 100, 10'000'000, "examples learned from, the latest"},
      {"least", 200, 50, 1'000'000, "examples, below which the rule of thumb stays"},
      {"regularization", 10.0, 1e-3, 1e6, "pulls logistic weights to 0: 1 / variance"},
      {"rounds", 200, 1, 10'000, "boosted trees"},
      {"depth", 3, 1, 10, "questions in a row that a tree asks"},
      {"rate", 0.05, 1e-3, 1, "how much of what a tree finds is kept"},
      {"leaf", 20, 1, 100'000, "examples in a leaf of a tree, at least"},
      {"retrain_days", 14, 1, 3'650, "days after which it is due to be trained again"},
      {"threads", 0, 0, 256,
       "threads for 100,000 examples or more, 0: all; the result is the same"},
  };

  explicit Taste(const playlist::Args& args)
      : target_(args.text("target")),
        best_playlist_(args.text("best_playlist")),
        space_(args.text("space")),
        days_(static_cast<int>(args.integer("days"))),
        retrain_days_(args.integer("retrain_days")),
        places_(args.count("places")),
        most_(args.count("most")),
        threads_(args.integer("threads")) {
    options_.least = args.count("least");
    options_.regularization = args.number("regularization");
    options_.boosting.rounds = static_cast<int>(args.integer("rounds"));
    options_.boosting.depth = static_cast<int>(args.integer("depth"));
    options_.boosting.rate = args.number("rate");
    options_.boosting.least_rows = static_cast<int>(args.integer("leaf"));
  }

  void train(playlist::ModelCall& call) const {
    const std::vector<shared::TasteListen> listens = shared::taste_listens(call);
    if (listens.empty()) throw playlist::NoData("nothing was heard yet");
    const std::vector<Trial> trials = trials_of(call);
    const std::vector<shared::Verdict> verdicts = shared::verdicts_of(call, best_playlist_);
    note_playlist(call, verdicts);
    const LearnedSpace space = space_of(call);
    const shared::TrackVectors vectors =
        shared::taste_vectors(call, space.view(), call.table("listens")["track"].i32());
    call.checkpoint();
    const TasteExamples examples =
        taste_examples({listens, trials, verdicts, call.table("tracks")["artist"].i32(),
                        call.table("artists").rows(), &vectors, call.now()},
                       target_of(target_), days_, most_);
    LadderOptions options = options_;
    options.boosting.threads = examples.count() < kManyRows ? 1 : thread_count(threads_);
    options.random_seed = call.random("taste").next();
    options.proceed = progress_of(call, 0.1, 1);
    const auto ladder = climb(examples, options);
    if (!ladder) throw playlist::Cancelled();
    write(call, *ladder, space);
    call.card(card_of(*ladder, examples, space.name));
    tell(call, *ladder);
  }

 private:
  void note_playlist(const playlist::Call& call,
                     const std::vector<shared::Verdict>& verdicts) const {
    const auto is_of_best = [](const shared::Verdict& verdict) {
      return verdict.kind == shared::Verdict::Kind::kBestPlaylist;
    };
    if (!best_playlist_.empty() && std::ranges::none_of(verdicts, is_of_best))
      call.info(playlist::concat("there is no playlist named \"", best_playlist_,
                                 "\": nothing is learned of it"));
  }

  [[nodiscard]] std::string space_name(const playlist::Call& call) const {
    if (space_ == "none") return "";
    if (!space_.empty()) return space_;
    try {
      static_cast<void>(call.embedding("clap"));
      return "clap";
    } catch (const playlist::NoData&) {
      return "audio";
    }
  }

  [[nodiscard]] LearnedSpace space_of(const playlist::Call& call) const {
    try {
      return {call, space_name(call), places_};
    } catch (const playlist::NoData& error) {
      call.info(playlist::concat(error.what(), ": tracks have no vectors here"));
      return {call, "", 0};
    }
  }

  void write(playlist::ModelCall& call, const TasteLadder& ladder,
             const LearnedSpace& space) const {
    call.bytes("words",
               playlist::concat(name_of(ladder.rung), "\n", target_, "\n",
                                space.components.empty() ? "" : space.name, "\n", best_playlist_));
    call.bytes("features", shared::taste_feature_names());
    const std::int64_t as_of = call.now();
    const auto base = static_cast<float>(ladder.base);
    const auto days = static_cast<std::int32_t>(days_);
    write_table(call, "learned", 1,
                {column_of("as_of", PLAYLIST_I64, &as_of), column_of("base", PLAYLIST_F32, &base),
                 column_of("days", PLAYLIST_I32, &days)});
    if (!space.components.empty()) {
      const auto inputs = static_cast<std::uint32_t>(space.center.size());
      call.matrix("center", space.center, inputs);
      call.matrix("components", space.components, inputs);
    }
    if (ladder.rung == Rung::kLogistic) write_weights(call, ladder.logistic);
    if (ladder.rung == Rung::kBoosted) write_trees(call, ladder.trees);
  }

  [[nodiscard]] std::string card_of(const TasteLadder& ladder, const TasteExamples& examples,
                                    const std::string& space) const {
    std::string card = playlist::concat("{\"rung\": \"", name_of(ladder.rung), "\", ");
    if (!ladder.why.empty()) card += "\"why\": " + quoted(ladder.why) + ", ";
    card += playlist::concat("\"target\": \"", target_, "\", \"examples\": ", examples.count(),
                             ", \"share\": ", examples.count() == 0 ? "null" : number(ladder.base),
                             ", \"retrain_days\": ", retrain_days_);
    if (ladder.why.empty())
      card += playlist::concat(", \"held_out\": ", ladder.held_out, ", \"weeks\": ", ladder.weeks,
                               ", \"rungs\": ", rungs_of(ladder));
    if (ladder.rung != Rung::kHeuristic)
      card += playlist::concat(", \"importance\": ", importance_of(ladder, space),
                               ", \"calibration_error\": ", number(ladder.calibration.error),
                               ", \"calibration\": ", calibration_of(ladder));
    return card + "}";
  }

  static std::string two_digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
  }

  void tell(playlist::ModelCall& call, const TasteLadder& ladder) const {
    if (!ladder.why.empty()) {
      call.info(playlist::concat(
          "the rule of thumb stays: ", ladder.why,
          target_ == "accepted" ? "; which plays were shuffled, and how they ended, only Spotify's "
                                  "extended streaming history tells"
                                : ""));
      return;
    }
    const JudgedRung& heuristic = ladder.judged[0];
    const JudgedRung& won = ladder.judged[static_cast<std::size_t>(ladder.rung)];
    if (ladder.rung == Rung::kHeuristic) {
      call.info(
          playlist::concat("the rule of thumb stays: nothing is shown to be better than its "
                           "area under the curve of ",
                           two_digits(heuristic.area.value)));
    } else {
      call.info(playlist::concat("the ", name_of(ladder.rung),
                                 " rung serves: area under the curve ", two_digits(won.area.value),
                                 ", that of the rule of thumb ", two_digits(heuristic.area.value)));
    }
    const std::string& missing = ladder.judged[static_cast<std::size_t>(Rung::kBoosted)].why_not;
    if (!missing.empty()) call.info("boosted trees were not tried: " + missing);
  }

  std::string target_, best_playlist_, space_;
  int days_;
  std::int64_t retrain_days_;
  std::size_t places_, most_;
  std::int64_t threads_;
  LadderOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kTasteModel = playlist::element<model::Taste>(
    "model.taste", "How gladly one person hears a track, in the way shown to serve them.");
