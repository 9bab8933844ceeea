#include "start_forecast.hpp"

#include "playlist/plugin.hpp"
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace model {
namespace {

constexpr std::int64_t kSecondsOfWeek = 7 * 86'400;
constexpr std::size_t kDayHours = 24, kWeekHours = 168;

double odds_to_probability(double log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

/// The hours [begin, end) with these features.
struct Part {
  std::vector<float> rows, labels;
  std::size_t columns = 0;
};
Part part_of(const StartHours& hours, std::size_t begin, std::size_t end,
             const std::vector<std::size_t>& features) {
  Part part;
  part.columns = features.size();
  part.rows.reserve((end - begin) * part.columns);
  for (std::size_t k = begin; k < end; ++k) {
    const std::span<const float> row = hours.row(k);
    for (const std::size_t feature : features) part.rows.push_back(row[feature]);
    part.labels.push_back(hours.started[k]);
  }
  return part;
}

std::vector<float> picked(std::span<const float> row, const std::vector<std::size_t>& features) {
  std::vector<float> made;
  made.reserve(features.size());
  for (const std::size_t feature : features) made.push_back(row[feature]);
  return made;
}

std::vector<std::size_t> all_features(const StartHours& hours) {
  std::vector<std::size_t> features(hours.columns);
  std::iota(features.begin(), features.end(), std::size_t{0});
  return features;
}

// ---- simple ways --------------------------------------------------------------------------------

/// The share of each hour of the day, drawn to the mean of all as if ten hours had had it.
std::array<float, kDayHours> hour_shares(const StartHours& hours, std::size_t end) {
  constexpr double kDrawn = 10;
  std::array<double, kDayHours> starts{}, counts{};
  double all = 0;
  for (std::size_t k = 0; k < end; ++k) {
    const auto hour = static_cast<std::size_t>(hours.hour[k]);
    starts[hour] += hours.started[k];
    all += hours.started[k];
    ++counts[hour];
  }
  const double mean = all / static_cast<double>(std::max<std::size_t>(1, end));
  std::array<float, kDayHours> shares{};
  for (std::size_t hour = 0; hour < kDayHours; ++hour)
    shares[hour] = static_cast<float>((starts[hour] + kDrawn * mean) / (counts[hour] + kDrawn));
  return shares;
}

/// Likewise of the week, drawn to that of the hour of the day as if twenty hours had had it.
std::array<float, kWeekHours> week_shares(const StartHours& hours, std::size_t end,
                                          const std::array<float, kDayHours>& of_day) {
  constexpr double kDrawn = 20;
  std::array<double, kWeekHours> starts{}, counts{};
  const auto place = [&](std::size_t k) {
    return static_cast<std::size_t>(hours.weekday[k]) * kDayHours +
           static_cast<std::size_t>(hours.hour[k]);
  };
  for (std::size_t k = 0; k < end; ++k) {
    starts[place(k)] += hours.started[k];
    ++counts[place(k)];
  }
  std::array<float, kWeekHours> shares{};
  for (std::size_t k = 0; k < kWeekHours; ++k)
    shares[k] =
        static_cast<float>((starts[k] + kDrawn * of_day[k % kDayHours]) / (counts[k] + kDrawn));
  return shares;
}

// ---- learned ways -------------------------------------------------------------------------------

/// As many trees as did best on the last fifth of what they learn from, which comes later than the
/// rest of it and before what judges them.
std::optional<shared::BoostedTreesOf> published_trees(const StartHours& hours, std::size_t end,
                                                      const StartOptions& options) {
  const std::size_t split = end * 4 / 5;
  const Part part = part_of(hours, 0, split, hours.published);
  BoostingOptions boosting{.rounds = 100, .depth = 6, .rate = 0.1, .least_rows = 4};
  boosting.threads = options.boosting.threads;
  auto grown = grow_trees(part.rows, part.columns, part.labels, boosting);
  if (!grown) return std::nullopt;
  std::vector<double> losses(grown->begin.size() - 1);
  for (std::size_t k = split; k < end; ++k) {
    const std::vector<float> row = picked(hours.row(k), hours.published);
    double sum = grown->base;
    for (std::size_t tree = 0; tree + 1 < grown->begin.size(); ++tree) {
      std::int32_t node = grown->begin[tree];
      while (grown->left[static_cast<std::size_t>(node)] >= 0) {
        const auto at = static_cast<std::size_t>(node);
        const float value = row[static_cast<std::size_t>(grown->feature[at])];
        const bool is_left =
            std::isnan(value) ? grown->missing_left[at] != 0 : value < grown->value[at];
        node = is_left ? grown->left[at] : grown->right[at];
      }
      sum += grown->value[static_cast<std::size_t>(node)];
      losses[tree] += std::log1p(std::exp(hours.started[k] == 1 ? -sum : sum));
    }
  }
  const auto best = static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin()) + 1;
  const auto nodes = static_cast<std::size_t>(grown->begin[best]);
  grown->begin.resize(best + 1);
  for (auto* column : {&grown->left, &grown->right, &grown->feature}) column->resize(nodes);
  grown->value.resize(nodes);
  grown->missing_left.resize(nodes);
  return grown;
}

std::optional<RidgeLogistic> logistic_of(const StartHours& hours, std::size_t end,
                                         const std::vector<std::size_t>& features,
                                         double regularization) {
  const Part part = part_of(hours, 0, end, features);
  RidgeOptions options;
  options.regularization = regularization;
  return fit_ridge_logistic(part.rows, part.columns, part.labels, options);
}

/// Of the hours before `end`.
std::optional<StartForecast> learn(const StartHours& hours, std::size_t end,
                                   const StartOptions& options) {
  StartForecast made;
  made.hours = hour_shares(hours, end);
  const std::vector<std::size_t> features = all_features(hours);
  auto logistic = logistic_of(hours, end, features, options.regularization);
  const Part part = part_of(hours, 0, end, features);
  auto trees = grow_trees(part.rows, part.columns, part.labels, options.boosting);
  if (!logistic || !trees) return std::nullopt;
  made.logistic = std::move(*logistic);
  made.trees = std::move(*trees);
  return made;
}

// ---- judging ------------------------------------------------------------------------------------

/// What one way said of the held-out hours.
using Said = std::vector<float>;

class Judge {
 public:
  Judge(const StartHours& hours, std::size_t begin, double taught_share, std::uint64_t random_seed)
      : hours_(hours),
        begin_(begin),
        taught_share_(taught_share),
        labels_(hours.started.begin() + static_cast<std::ptrdiff_t>(begin), hours.started.end()),
        figures_(weeks_of(hours, begin), random_seed) {
    for (const std::uint8_t label : labels_) {
      came_.push_back(label);
      usual_.push_back(square(label - taught_share));
    }
  }

  [[nodiscard]] std::size_t weeks() const { return figures_.sessions(); }

  [[nodiscard]] StartFigures figures(const Said& said) const {
    StartFigures made;
    made.precision = figures_.precision(said, labels_);
    made.area = figures_.area(said, labels_);
    made.skill = figures_.ratio(better_than_usual(said), usual_);
    made.calibration_error =
        calibration_of(said, came_, std::vector<float>(said.size(), 1.0F)).error;
    for (std::size_t k = 0; k < made.f1.size(); ++k) {
      made.f1[k] = f1_at(said, 0.1 * static_cast<double>(k + 1));
      if (made.f1[k] <= made.best_f1) continue;
      made.best_f1 = made.f1[k];
      made.best_threshold = 0.1 * static_cast<double>(k + 1);
    }
    for (std::size_t part = 0; part < made.skill_by_part.size(); ++part)
      made.skill_by_part[part] = skill_in(said, part);
    return made;
  }
  void compare(const Said& ours, const Said& other, StartFigures& figures) const {
    figures.precision_gain = figures_.precision_gain(ours, other, labels_);
    std::vector<double> gains;
    for (std::size_t k = 0; k < labels_.size(); ++k)
      gains.push_back(square(labels_[k] - other[k]) - square(labels_[k] - ours[k]));
    figures.skill_gain = figures_.ratio(gains, usual_);
  }

 private:
  static double square(double value) { return value * value; }
  static std::vector<std::int32_t> weeks_of(const StartHours& hours, std::size_t begin) {
    std::vector<std::int32_t> weeks;
    for (std::size_t k = begin; k < hours.count(); ++k)
      weeks.push_back(static_cast<std::int32_t>(hours.ts[k] / kSecondsOfWeek));
    return weeks;
  }
  [[nodiscard]] std::vector<double> better_than_usual(const Said& said) const {
    std::vector<double> gains;
    for (std::size_t k = 0; k < labels_.size(); ++k)
      gains.push_back(usual_[k] - square(labels_[k] - said[k]));
    return gains;
  }
  [[nodiscard]] double f1_at(const Said& said, double threshold) const {
    double hits = 0, said_so = 0, starts = 0;
    for (std::size_t k = 0; k < labels_.size(); ++k) {
      const bool is_said = said[k] >= threshold;
      hits += is_said && labels_[k] == 1;
      said_so += is_said;
      starts += labels_[k];
    }
    return said_so + starts == 0 ? 0 : 2 * hits / (said_so + starts);
  }
  /// Night from 22 to 5, morning to 12, afternoon to 17, evening to 22.
  static std::size_t part_of_day(std::int32_t hour) {
    return hour < 5 || hour >= 22 ? 0 : hour < 12 ? 1 : hour < 17 ? 2 : 3;
  }
  [[nodiscard]] double skill_in(const Said& said, std::size_t part) const {
    double gain = 0, usual = 0, starts = 0;
    for (std::size_t k = 0; k < labels_.size(); ++k) {
      if (part_of_day(hours_.hour[begin_ + k]) != part) continue;
      gain += usual_[k] - square(labels_[k] - said[k]);
      usual += usual_[k];
      starts += labels_[k];
    }
    return starts == 0 ? Figure::kNone : gain / usual;
  }

  const StartHours& hours_;
  std::size_t begin_;
  double taught_share_;
  std::vector<std::uint8_t> labels_;
  std::vector<float> came_;    // the labels
  std::vector<double> usual_;  // squared errors of always saying the taught share
  SessionFigures figures_;
};

/// Pools neighbours that stand the wrong way round: the monotonous shares nearest to the labels.
std::vector<Reliability::Step> pooled(const Said& said, std::span<const std::uint8_t> labels) {
  std::vector<std::size_t> order(said.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t k) { return said[k]; });
  std::vector<Reliability::Step> steps;
  for (const std::size_t k : order) {
    steps.push_back({.said = said[k], .came = static_cast<double>(labels[k]), .hours = 1});
    while (steps.size() > 1 && steps[steps.size() - 2].came >= steps.back().came) {
      const Reliability::Step last = steps.back();
      steps.pop_back();
      Reliability::Step& into = steps.back();
      const auto n = static_cast<double>(into.hours), m = static_cast<double>(last.hours);
      into.said = (into.said * n + last.said * m) / (n + m);
      into.came = (into.came * n + last.came * m) / (n + m);
      into.hours += last.hours;
    }
  }
  return steps;
}

double share_at(const std::vector<Reliability::Step>& steps, double said) {
  const auto above = std::ranges::lower_bound(steps, said, {}, &Reliability::Step::said);
  if (above == steps.end()) return steps.back().came;
  if (above == steps.begin()) return above->came;
  const Reliability::Step& below = *(above - 1);
  return below.came + (above->came - below.came) * (said - below.said) / (above->said - below.said);
}

Reliability reliability_of(const Said& said, std::span<const std::uint8_t> labels,
                           std::uint64_t random_seed) {
  constexpr int kDraws = 200;
  Reliability made;
  made.steps = pooled(said, labels);
  const auto count = static_cast<double>(labels.size());
  double share = 0, score = 0, recalibrated = 0;
  for (const std::uint8_t label : labels) share += label / count;
  for (std::size_t k = 0; k < labels.size(); ++k)
    score += (labels[k] - said[k]) * (labels[k] - said[k]) / count;
  for (const Reliability::Step& step : made.steps)
    recalibrated += static_cast<double>(step.hours) * step.came * (1 - step.came) / count;
  made.uncertainty = share * (1 - share);
  made.miscalibration = score - recalibrated;
  made.discrimination = made.uncertainty - recalibrated;
  // Labels drawn as if what was said were true.
  playlist::Random random(random_seed);
  std::vector<std::vector<double>> drawn(made.steps.size());
  std::vector<std::uint8_t> labels_drawn(labels.size());
  for (int draw = 0; draw < kDraws; ++draw) {
    for (std::size_t k = 0; k < labels.size(); ++k)
      labels_drawn[k] = random.real() < said[k] ? 1 : 0;
    const std::vector<Reliability::Step> steps = pooled(said, labels_drawn);
    for (std::size_t k = 0; k < made.steps.size(); ++k)
      drawn[k].push_back(share_at(steps, made.steps[k].said));
  }
  for (std::size_t k = 0; k < made.steps.size(); ++k) {
    std::ranges::sort(drawn[k]);
    made.steps[k].low = drawn[k][kDraws / 20];
    made.steps[k].high = drawn[k][kDraws - 1 - kDraws / 20];
  }
  return made;
}

std::string why_unjudged(const StartHours& hours, const StartOptions& options) {
  const std::size_t begin = hours.count() * 4 / 5;
  const auto starts = [&](std::size_t from, std::size_t to) {
    return static_cast<std::size_t>(
        std::count(hours.started.begin() + static_cast<std::ptrdiff_t>(from),
                   hours.started.begin() + static_cast<std::ptrdiff_t>(to), 1));
  };
  if (hours.count() < options.least_hours)
    return playlist::concat(hours.count() / kDayHours, " days of listening are too few, ",
                            options.least_hours / kDayHours, " are needed");
  if (starts(0, begin) < options.least_starts || starts(begin, hours.count()) < 5)
    return playlist::concat("too few sessions: ", starts(0, begin), " and then ",
                            starts(begin, hours.count()));
  return "";
}

/// What each way says of the held-out hours, learned of those before.
class HeldOutTrial {
 public:
  HeldOutTrial(const StartHours& hours, std::size_t begin, const StartOptions& options)
      : hours_(hours), begin_(begin), options_(options), of_day_(hour_shares(hours, begin)) {}

  /// Nothing when stopped.
  [[nodiscard]] std::optional<Said> said(StartWay way) const {
    switch (way) {
      case StartWay::kNever:
        return each([](std::size_t) { return 0.0; });
      case StartWay::kHour:
        return each(
            [&](std::size_t k) { return of_day_[static_cast<std::size_t>(hours_.hour[k])]; });
      case StartWay::kHourWeekday:
        return each([&, of_week = week_shares(hours_, begin_, of_day_)](std::size_t k) {
          return of_week[static_cast<std::size_t>(hours_.weekday[k]) * kDayHours +
                         static_cast<std::size_t>(hours_.hour[k])];
        });
      case StartWay::kSameHour28d:
        return each([&](std::size_t k) { return same_hour_28d(hours_, k, of_day_); });
      case StartWay::kHazard:
        return hazard();
      case StartWay::kPublished:
        return published();
      case StartWay::kForecast:
        return forecast();
    }
    return std::nullopt;
  }

 private:
  template <typename Of>
  [[nodiscard]] Said each(const Of& of) const {
    Said said;
    for (std::size_t k = begin_; k < hours_.count(); ++k) said.push_back(static_cast<float>(of(k)));
    return said;
  }
  [[nodiscard]] std::optional<Said> hazard() const {
    const auto learned = logistic_of(hours_, begin_, hours_.hazard, 1);
    if (!learned) return std::nullopt;
    return each([&](std::size_t k) {
      return odds_to_probability(learned->sum(picked(hours_.row(k), hours_.hazard)));
    });
  }
  [[nodiscard]] std::optional<Said> published() const {
    const auto learned = published_trees(hours_, begin_, options_);
    if (!learned) return std::nullopt;
    const shared::TreeSum sum(learned->view());
    return each([&](std::size_t k) {
      return odds_to_probability(sum(picked(hours_.row(k), hours_.published)));
    });
  }
  [[nodiscard]] std::optional<Said> forecast() const {
    const auto learned = learn(hours_, begin_, options_);
    if (!learned) return std::nullopt;
    return learned->probabilities(hours_, begin_);
  }

  const StartHours& hours_;
  std::size_t begin_;
  const StartOptions& options_;
  std::array<float, kDayHours> of_day_;
};

double share_of(const StartHours& hours, std::size_t begin, std::size_t end) {
  const auto first = hours.started.begin();
  return static_cast<double>(std::count(first + static_cast<std::ptrdiff_t>(begin),
                                        first + static_cast<std::ptrdiff_t>(end), 1)) /
         static_cast<double>(std::max<std::size_t>(1, end - begin));
}

/// False when stopped.
bool judge(const StartHours& hours, const StartOptions& options, JudgedForecast& made) {
  const std::size_t begin = made.taught;
  const Judge judge(hours, begin, made.taught_share, options.random_seed);
  made.weeks = judge.weeks();
  const HeldOutTrial trial(hours, begin, options);
  std::array<Said, kStartWays> said;
  for (std::size_t way = 0; way < kStartWays; ++way) {
    auto told = trial.said(static_cast<StartWay>(way));
    const double done = 0.7 * static_cast<double>(way + 1) / kStartWays;
    if (!told || (options.proceed && !options.proceed(done))) return false;
    said[way] = std::move(*told);
    made.ways[way] = judge.figures(said[way]);
  }
  const Said& ours = said.back();
  for (std::size_t way = 0; way + 1 < kStartWays; ++way)
    judge.compare(ours, said[way], made.ways[way]);
  const auto labels = std::span(hours.started).subspan(begin);
  made.reliability = reliability_of(ours, labels, options.random_seed);
  made.said = ours;
  const auto skill = [&](StartWay way) {
    return made.ways[static_cast<std::size_t>(way)].skill.value;
  };
  made.serves = skill(StartWay::kHour) > skill(StartWay::kSameHour28d) ? StartWay::kHour
                                                                       : StartWay::kSameHour28d;
  if (made.ways[static_cast<std::size_t>(made.serves)].skill_gain.low > 0)
    made.serves = StartWay::kForecast;
  return true;
}

}  // namespace

const char* name_of(StartWay way) {
  constexpr const char* kNames[] = {"never",  "hour",      "hour_weekday", "same_hour_28d",
                                    "hazard", "published", "forecast"};
  return kNames[static_cast<std::size_t>(way)];
}

std::vector<float> StartForecast::probabilities(const StartHours& hours, std::size_t begin) const {
  const shared::TreeSum sum(trees.view());
  std::vector<float> said;
  for (std::size_t k = begin; k < hours.count(); ++k) {
    const std::span<const float> row = hours.row(k);
    said.push_back(static_cast<float>(odds_to_probability((logistic.sum(row) + sum(row)) / 2)));
  }
  return said;
}

double same_hour_28d(const StartHours& hours, std::size_t k, const std::array<float, 24>& prior) {
  constexpr std::size_t kDays = 28;
  constexpr double kDrawn = 10;
  double starts = 0, days = 0;
  for (std::size_t back = 1; back <= kDays && back * kDayHours <= k; ++back) {
    starts += hours.started[k - back * kDayHours] == 1;
    ++days;
  }
  return (starts + kDrawn * prior[static_cast<std::size_t>(hours.hour[k])]) / (days + kDrawn);
}

std::optional<JudgedForecast> forecast_starts(const StartHours& hours,
                                              const StartOptions& options) {
  if (const std::string why = why_no_xgboost(); !why.empty()) throw playlist::Error(why);
  JudgedForecast made;
  made.taught = hours.count() * 4 / 5;
  made.held_out = hours.count() - made.taught;
  made.taught_share = share_of(hours, 0, made.taught);
  made.held_out_share = share_of(hours, made.taught, hours.count());
  made.forecast.hours = hour_shares(hours, hours.count());
  made.why = why_unjudged(hours, options);
  if (!made.why.empty()) return made;
  if (!judge(hours, options, made)) return std::nullopt;
  if (made.serves != StartWay::kForecast) return made;
  auto learned = learn(hours, hours.count(), options);
  if (!learned || (options.proceed && !options.proceed(1))) return std::nullopt;
  made.forecast = std::move(*learned);
  return made;
}

}  // namespace model
