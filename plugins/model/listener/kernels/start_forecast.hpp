// Whether a listening session begins in an hour, by what was known as it began: simple ways, a
// published one, and ours, judged on the last fifth of the hours.
//
// Ways     never: no session ever begins
//          hour: the share of this hour of the day that saw a start
//          hour_weekday: of this hour of the week, drawn to that of the hour
//          same_hour_28d: of this hour in the last 28 days, drawn likewise
//          hazard: a discrete-time hazard, the logistic regression of the hour of the day and of how
//          long ago the last session began (after Kapoor et al.: A hazard based approach to user
//          return time prediction, KDD 2014)
//          published: boosted trees of depth 6 on hours, weekdays and counts of the last days, which
//          stop where the last fifth of what they learn from gets no better
//          forecast: ours, the mean of the log odds of a shrunk logistic regression and of boosted
//          trees that each see a part of the hours and features, on all features
// Split    by time: the first four fifths teach, the last fifth judges, and nothing goes from one to
//          the other. What serves then is learned of all hours
// Serves   ours, if its Brier score is better than that of the better of hour and same_hour_28d by an
//          interval that excludes 0, over weeks drawn anew; else that one
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../../kernels/click_metrics.hpp"
#include "../../kernels/session_figures.hpp"
#include "ridge_logistic.hpp"
#include "xgboost.hpp"

namespace model {

/// Hours of one person, in their order.
struct StartHours {
  std::size_t columns = 0;
  std::vector<float> rows;             // row-major, of features; NaN missing
  std::vector<std::string> names;      // of the features
  std::vector<std::size_t> published;  // those that the published way reads
  std::vector<std::size_t> hazard;     // those of the hazard
  std::vector<std::uint8_t> started;   // 1 a session began
  std::vector<std::int64_t> ts;
  std::vector<std::int32_t> hour, weekday;  // on the person's clock

  [[nodiscard]] std::size_t count() const { return ts.size(); }
  [[nodiscard]] std::span<const float> row(std::size_t k) const {
    return std::span(rows).subspan(k * columns, columns);
  }
};

enum class StartWay : std::uint8_t {
  kNever,
  kHour,
  kHourWeekday,
  kSameHour28d,
  kHazard,
  kPublished,
  kForecast
};
inline constexpr std::size_t kStartWays = 7;
const char* name_of(StartWay way);

/// Of the held-out hours. Intervals over weeks drawn anew.
struct StartFigures {
  Figure precision;              // area under precision against recall
  Figure area;                   // under the receiver's curve
  Figure skill;                  // 1 - Brier score / that of always saying the taught share
  double calibration_error = 0;  // mean of |said - came| over ten bins, by hours
  double best_f1 = 0, best_threshold = 0;  // of thresholds 0.1 .. 0.9
  std::array<double, 9> f1{};
  /// Brier skill at night (22-5), in the morning, afternoon and evening; NaN without a start.
  std::array<double, 4> skill_by_part{};
  // Ours less this way's; not of ours.
  Figure precision_gain, skill_gain;
  std::string why_not;  // it was not tried; "": it was
};

/// Probabilities said against shares that came, made monotonous (Dimitriadis, Gneiting, Jordan:
/// Stable reliability diagrams for probabilistic classifiers, PNAS 2021), with the band in which
/// the share would lie nine times of ten if what was said were true.
struct Reliability {
  struct Step {
    double said = 0, came = 0, low = 0, high = 0;
    std::int64_t hours = 0;
  };
  std::vector<Step> steps;
  double miscalibration = 0, discrimination = 0, uncertainty = 0;  // of the Brier score
};

/// What serves: of hours of later tables, too.
struct StartForecast {
  RidgeLogistic logistic;
  shared::BoostedTreesOf trees;
  std::array<float, 24> hours{};  // share of each hour of the day, drawn to the mean

  /// By ours, of the hours from `begin` on.
  [[nodiscard]] std::vector<float> probabilities(const StartHours& hours, std::size_t begin) const;
};

struct JudgedForecast {
  StartForecast forecast;  // learned of all hours
  StartWay serves = StartWay::kSameHour28d;
  std::string why;  // it was not judged; "": it was
  std::array<StartFigures, kStartWays> ways;
  Reliability reliability;                      // of ours
  std::vector<float> said;                      // by ours, of the held-out hours
  std::size_t taught = 0, held_out = 0;         // hours
  std::size_t weeks = 0;                        // of the held-out ones
  double taught_share = 0, held_out_share = 0;  // of hours with a start
};

struct StartOptions {
  double regularization = 300;
  BoostingOptions boosting{.rounds = 150,
                           .depth = 4,
                           .rate = 0.03,
                           .least_rows = 20,
                           .row_share = 0.7,
                           .column_share = 0.4};
  std::size_t least_hours = 60 * 24, least_starts = 30;  // below which nothing is judged
  std::uint64_t random_seed = 1;
  /// Called now and then with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed;
};

/// Nothing when `proceed` said stop. Throws playlist::Error where XGBoost is not to be had.
std::optional<JudgedForecast> forecast_starts(const StartHours& hours, const StartOptions& options);

/// Of a probability of a start in the same hour of the last 28 days, by the row `k` of all hours.
double same_hour_28d(const StartHours& hours, std::size_t k, const std::array<float, 24>& prior);

}  // namespace model
