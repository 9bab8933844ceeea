#include "taste_ladder.hpp"

#include "playlist/plugin.hpp"
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shared/counted.hpp"

namespace model {
namespace {

constexpr std::size_t kFolds = 3, kParts = 5;  // the last three of five parts
constexpr std::int64_t kWeek = 7 * 86'400;

/// Examples as a learner takes them.
struct Sample {
  std::vector<float> rows, labels;
  std::size_t columns = 0;
};

Sample all_of(const TasteExamples& examples) {
  return {examples.rows, examples.labels, examples.columns};
}

struct Fold {
  std::size_t begin = 0, end = 0;  // the examples that are foretold
};

std::array<Fold, kFolds> folds_of(const TasteExamples& examples) {
  std::array<Fold, kFolds> folds;
  for (std::size_t k = 0; k < kFolds; ++k) {
    const std::size_t part = kParts - kFolds + k;
    folds[k] = {examples.count() * part / kParts, examples.count() * (part + 1) / kParts};
  }
  return folds;
}

/// What was known when the fold began.
Sample before(const TasteExamples& examples, const Fold& fold) {
  Sample sample;
  sample.columns = examples.columns;
  for (std::size_t k = 0; k < fold.begin; ++k) {
    if (examples.known_at[k] > examples.at[fold.begin]) continue;
    const std::span<const float> row = examples.row(k);
    sample.rows.insert(sample.rows.end(), row.begin(), row.end());
    sample.labels.push_back(examples.labels[k]);
  }
  return sample;
}

bool are_of_both_kinds(std::span<const float> labels) {
  return !labels.empty() && *std::min_element(labels.begin(), labels.end()) <
                                *std::max_element(labels.begin(), labels.end());
}

/// Why there is nothing to judge by, or "".
std::string why_unjudged(const TasteExamples& examples, std::size_t least) {
  if (examples.count() < least)
    return playlist::concat(examples.count() == 1 ? "there is " : "there are ",
                            shared::counted(examples.count(), "example"), ", and ", least,
                            " are needed");
  for (const Fold& fold : folds_of(examples)) {
    const auto first = examples.outcome.begin() + static_cast<std::ptrdiff_t>(fold.begin),
               end = examples.outcome.begin() + static_cast<std::ptrdiff_t>(fold.end);
    if (std::count(first, end, 0) == 0 || std::count(first, end, 1) == 0)
      return "in a part of the time all came out alike";
    if (!are_of_both_kinds(before(examples, fold).labels))
      return "too little came before the time that is to be foretold";
  }
  return "";
}

class Climb {
 public:
  Climb(const TasteExamples& examples, const LadderOptions& options)
      : examples_(examples), options_(options), folds_(folds_of(examples)) {
    for (const Fold& fold : folds_)
      for (std::size_t k = fold.begin; k < fold.end; ++k) {
        weeks_.push_back(static_cast<std::int32_t>(examples.at[k] / kWeek));
        outcome_.push_back(examples.outcome[k]);
        fold_.push_back(static_cast<std::uint8_t>(&fold - folds_.data()));
        scores_[0].push_back(examples.heuristic[k]);
      }
  }

  std::optional<TasteLadder> run() {
    const SessionFigures figures(weeks_, options_.random_seed);
    ladder_.held_out = weeks_.size();
    ladder_.weeks = figures.sessions();
    ladder_.judged[0].area = figures.area(scores_[0], outcome_, fold_);
    ladder_.judged[0].is_on = true;
    for (const Rung rung : {Rung::kLogistic, Rung::kBoosted})
      if (!judge(rung, figures)) return std::nullopt;
    if (!learn_winner()) return std::nullopt;
    return std::move(ladder_);
  }

 private:
  std::vector<float>& scores(Rung rung) { return scores_[static_cast<std::size_t>(rung)]; }
  JudgedRung& judged(Rung rung) { return ladder_.judged[static_cast<std::size_t>(rung)]; }

  /// False when stopped.
  bool judge(Rung rung, const SessionFigures& figures) {
    JudgedRung& judged = this->judged(rung);
    if (rung == Rung::kBoosted) judged.why_not = why_no_xgboost();
    if (!judged.why_not.empty()) return true;
    for (const Fold& fold : folds_) {
      if (!learn(rung, before(examples_, fold))) return false;
      for (std::size_t k = fold.begin; k < fold.end; ++k)
        scores(rung).push_back(log_odds(rung, examples_.row(k)));
    }
    judged.area = figures.area(scores(rung), outcome_, fold_);
    judged.gain = figures.area_gain(scores(rung), scores(ladder_.rung), outcome_, fold_);
    judged.is_on = judged.gain.low > 0;
    if (judged.is_on) ladder_.rung = rung;
    return true;
  }

  /// False when stopped.
  bool learn(Rung rung, const Sample& sample) {
    const auto proceed = [this](double share) {
      return !options_.proceed || options_.proceed((learned_ + share) / kLearned);
    };
    const std::vector<int> signs = signs_of(sample.columns);
    const bool is_whole =
        rung == Rung::kLogistic ? fit(sample, signs, proceed) : grow(sample, signs, proceed);
    ++learned_;
    return is_whole;
  }

  bool fit(const Sample& sample, const std::vector<int>& signs,
           const std::function<bool(double)>& proceed) {
    auto fit = fit_ridge_logistic(sample.rows, sample.columns, sample.labels,
                                  {options_.regularization, signs, [&] { return proceed(0); }});
    if (fit) ladder_.logistic = std::move(*fit);
    return fit.has_value();
  }

  bool grow(const Sample& sample, const std::vector<int>& signs,
            const std::function<bool(double)>& proceed) {
    BoostingOptions boosting = options_.boosting;
    boosting.signs = signs;
    boosting.proceed = proceed;
    auto grown = grow_trees(sample.rows, sample.columns, sample.labels, boosting);
    if (!grown) return false;
    ladder_.trees = std::move(*grown);
    trees_ = shared::TreeSum(ladder_.trees.view());
    return true;
  }

  static std::vector<int> signs_of(std::size_t columns) {
    std::vector<int> signs(columns, 0);
    for (std::size_t k = 0; k < shared::kTasteFeatures; ++k)
      if (shared::is_of_skips(k)) signs[k] = -1;
    return signs;
  }

  [[nodiscard]] float log_odds(Rung rung, std::span<const float> row) const {
    return rung == Rung::kLogistic ? ladder_.logistic.sum(row) : trees_(row);
  }

  /// Of all examples; false when stopped.
  bool learn_winner() {
    if (ladder_.rung == Rung::kHeuristic) return true;
    std::vector<float> chances, labels;
    for (const float log_odds : scores(ladder_.rung))
      chances.push_back(1 / (1 + std::exp(-log_odds)));
    for (const Fold& fold : folds_)
      labels.insert(labels.end(),
                    examples_.labels.begin() + static_cast<std::ptrdiff_t>(fold.begin),
                    examples_.labels.begin() + static_cast<std::ptrdiff_t>(fold.end));
    ladder_.calibration = calibration_of(chances, labels, std::vector<float>(labels.size(), 1.0F));
    ladder_.importance = importance();
    return learn(ladder_.rung, all_of(examples_));
  }

  /// By what was learned for the last fold, of its examples or a part of them.
  [[nodiscard]] std::vector<double> importance() const {
    const Fold& fold = folds_.back();
    const std::size_t columns = examples_.columns,
                      step = (fold.end - fold.begin - 1) / kMostChanged + 1;
    std::vector<float> rows, outcome;
    for (std::size_t k = fold.begin; k < fold.end; k += step) {
      const std::span<const float> row = examples_.row(k);
      rows.insert(rows.end(), row.begin(), row.end());
      outcome.push_back(examples_.outcome[k]);
    }
    const auto area_of = [&](const std::vector<float>& changed) {
      std::vector<float> scores;
      for (std::size_t at = 0; at < changed.size(); at += columns)
        scores.push_back(log_odds(ladder_.rung, std::span(changed).subspan(at, columns)));
      return area_under_curve(scores, outcome);
    };
    const double whole = area_of(rows);
    playlist::Random random(options_.random_seed);
    std::vector<double> made;
    for (std::size_t column = 0; column < columns; ++column) {
      std::vector<float> changed = rows;
      for (std::size_t k = outcome.size(); k-- > 1;)
        std::swap(changed[k * columns + column],
                  changed[static_cast<std::size_t>(random.below(k + 1)) * columns + column]);
      made.push_back(whole - area_of(changed));
    }
    return made;
  }

  static constexpr std::size_t kMostChanged = 5'000;  // examples, for the importance
  static constexpr double kLearned = 2 * kFolds + 1;  // times, of progress

  const TasteExamples& examples_;
  const LadderOptions& options_;
  std::array<Fold, kFolds> folds_;
  // Of what is foretold, fold after fold:
  std::vector<std::int32_t> weeks_;
  std::vector<std::uint8_t> outcome_, fold_;
  std::array<std::vector<float>, kRungs> scores_;
  TasteLadder ladder_;
  shared::TreeSum trees_;  // what was grown last
  double learned_ = 0;
};

}  // namespace

const char* name_of(Rung rung) {
  constexpr const char* kNames[kRungs] = {"heuristic", "logistic", "boosted"};
  return kNames[static_cast<std::size_t>(rung)];
}

std::optional<TasteLadder> climb(const TasteExamples& examples, const LadderOptions& options) {
  std::string why = why_unjudged(examples, options.least);
  std::optional<TasteLadder> ladder;
  if (why.empty()) {
    ladder = Climb(examples, options).run();
    if (!ladder) return std::nullopt;
  } else {
    ladder.emplace().why = std::move(why);
  }
  if (examples.count() > 0)
    ladder->base = std::accumulate(examples.labels.begin(), examples.labels.end(), 0.0) /
                   static_cast<double>(examples.count());
  return ladder;
}

}  // namespace model
