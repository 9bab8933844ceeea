// model.session_start: whether one person begins to listen in an hour, as a probability.
//
// Learned from the person's own table "session_hours", and serves nobody else (kernels/start_forecast.hpp
// has the ways that are compared, how they are judged, and which serves).
//
// Artifact  bytes "words": the way that serves. "features": their names, one a line
//           table "learned": as_of i64; one row
//           table "hours": share f32, of each hour of the day
//           table "week": probability f32, of each hour of the week from Monday 0 o'clock: the mean of what
//           was said of it in the last eight weeks
//           table "ahead": ts i64, probability f32: the hour of the training and those behind it, as if
//           nothing were heard until then
//           where ours serves, table "weights" and tables "trees", "nodes", "boosted" as of model.taste
// Card      "serves", "why" if it was not judged, "hours" and "held_out" of them, "share" that saw a start;
//           "ways": of each the figures of the held-out hours with intervals over weeks, and what ours gains
//           on it; "reliability"; "retrain_days": engine models says when they are over
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "../training.hpp"
#include "elements.hpp"
#include "kernels/start_forecast.hpp"
#include "trees_table.hpp"

namespace model {
namespace {

constexpr std::int64_t kHour = 3600;

/// Those of systems that publish theirs come first.
constexpr std::array kPublishedFeatures = {"hour",
                                           "hour_sin",
                                           "hour_cos",
                                           "day_sin",
                                           "day_cos",
                                           "day_of_month",
                                           "is_weekend",
                                           "rolling_listening_frequency_7d",
                                           "rolling_listening_frequency_30d",
                                           "time_since_last_session",
                                           "avg_session_duration_last_7d",
                                           "total_tracks_last_7d",
                                           "total_tracks_last_30d"};
constexpr std::array kOwnFeatures = {"same_hour_7d",
                                     "same_hour_28d",
                                     "same_hour_90d",
                                     "same_hour_365d",
                                     "same_week_hour_14d",
                                     "same_week_hour_56d",
                                     "same_week_hour_180d",
                                     "same_week_hour_730d",
                                     "near_hours_28d",
                                     "near_hours_90d",
                                     "start_rate_3d",
                                     "start_rate_14d",
                                     "start_rate_60d",
                                     "start_rate_365d",
                                     "log_hours_since_start",
                                     "log_hours_since_heard",
                                     "starts_today",
                                     "starts_24h",
                                     "starts_7d",
                                     "starts_30d",
                                     "is_listening",
                                     "started_1h_ago",
                                     "started_2h_ago",
                                     "started_3h_ago",
                                     "started_24h_ago",
                                     "started_168h_ago"};

/// A column of any type as numbers.
std::vector<float> numbers_of(const playlist::Table& table, const char* name) {
  const playlist::Column column = table[name];
  const auto copied = [](auto values) { return std::vector<float>(values.begin(), values.end()); };
  switch (column.type()) {
    case PLAYLIST_I32:
      return copied(column.i32());
    case PLAYLIST_U8:
      return copied(column.u8());
    default:
      return copied(column.f32());
  }
}

/// The features, by name, and what is made of them here.
class Features {
 public:
  void add(std::string name, std::vector<float> values) {
    names_.push_back(std::move(name));
    columns_.push_back(std::move(values));
  }
  [[nodiscard]] std::size_t place(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin());
  }
  [[nodiscard]] const std::vector<float>& operator[](std::string_view name) const {
    return columns_[place(name)];
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::vector<float> row_major(std::size_t first, std::size_t end) const {
    std::vector<float> rows;
    rows.reserve((end - first) * columns_.size());
    for (std::size_t row = first; row < end; ++row)
      for (const std::vector<float>& column : columns_) rows.push_back(column[row]);
    return rows;
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<float>> columns_;
};

std::vector<float> product(const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<float> made;
  for (std::size_t k = 0; k < a.size(); ++k) made.push_back(a[k] * b[k]);
  return made;
}

/// Turns of a half and a third of a day, weekdays apart, and how the hour and the time since the last
/// session go together: what a regression cannot make of hours itself.
void add_made(Features& features) {
  const std::vector<float> sine = features["hour_sin"], cosine = features["hour_cos"];
  std::vector<float> sine2, cosine2, sine3, cosine3;
  for (std::size_t k = 0; k < sine.size(); ++k) {
    sine2.push_back(2 * sine[k] * cosine[k]);
    cosine2.push_back(cosine[k] * cosine[k] - sine[k] * sine[k]);
    sine3.push_back(sine2[k] * cosine[k] + cosine2[k] * sine[k]);
    cosine3.push_back(cosine2[k] * cosine[k] - sine2[k] * sine[k]);
  }
  const std::vector<float> since = features["log_hours_since_start"];
  features.add("hour_sin2", sine2);
  features.add("hour_cos2", cosine2);
  features.add("hour_sin3", sine3);
  features.add("hour_cos3", cosine3);
  features.add("since_squared", product(since, since));
  features.add("since_hour_sin", product(since, sine));
  features.add("since_hour_cos", product(since, cosine));
  const std::vector<float> day_sine = features["day_sin"], day_cosine = features["day_cos"];
  features.add("day_sin2", product(day_sine, day_cosine));
  features.add("day_cos2", product(day_cosine, day_cosine));
}

constexpr std::array kHazardFeatures = {"hour_sin",
                                        "hour_cos",
                                        "hour_sin2",
                                        "hour_cos2",
                                        "hour_sin3",
                                        "hour_cos3",
                                        "log_hours_since_start",
                                        "since_squared",
                                        "since_hour_sin",
                                        "since_hour_cos",
                                        "is_listening"};

Features features_of(const playlist::Table& table) {
  Features features;
  for (const char* name : kPublishedFeatures) features.add(name, numbers_of(table, name));
  for (const char* name : kOwnFeatures) features.add(name, numbers_of(table, name));
  add_made(features);
  return features;
}

// ---- the card -------------------------------------------------------------------------------------

std::string shown_number(double value) {
  return std::isfinite(value) ? playlist::concat(std::round(value * 1e5) / 1e5)
                              : std::string("null");
}

std::string shown_figure(const char* name, const Figure& figure) {
  return playlist::concat("\"", name, "\": ", shown_number(figure.value), ", \"", name,
                          "_interval\": [", shown_number(figure.low), ", ",
                          shown_number(figure.high), "]");
}

template <typename Values>
std::string list_of(const Values& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ", ") + shown_number(value);
  return "[" + text + "]";
}

std::string way_of(const StartFigures& way, bool is_ours) {
  std::string text =
      "{" + shown_figure("pr_auc", way.precision) + ", " + shown_figure("roc_auc", way.area) +
      ", " + shown_figure("brier_skill", way.skill) +
      playlist::concat(", \"calibration_error\": ", shown_number(way.calibration_error),
                       ", \"f1\": ", list_of(way.f1),
                       ", \"brier_skill_by_part\": ", list_of(way.skill_by_part));
  if (!is_ours)
    text += ", " + shown_figure("pr_auc_gain", way.precision_gain) + ", " +
            shown_figure("brier_skill_gain", way.skill_gain);
  return text + "}";
}

std::string reliability_of(const Reliability& reliability) {
  std::string steps;
  for (const Reliability::Step& step : reliability.steps)
    steps += playlist::concat(steps.empty() ? "" : ", ", "{\"said\": ", shown_number(step.said),
                              ", \"came\": ", shown_number(step.came), ", \"band\": [",
                              shown_number(step.low), ", ", shown_number(step.high),
                              "], \"hours\": ", step.hours, "}");
  return playlist::concat("{\"miscalibration\": ", shown_number(reliability.miscalibration),
                          ", \"discrimination\": ", shown_number(reliability.discrimination),
                          ", \"uncertainty\": ", shown_number(reliability.uncertainty),
                          ", \"steps\": [", steps, "]}");
}

class SessionStart final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"days", 730, 30, 36'500,
       "learned from and judged on, the latest; systems that publish theirs take 90"},
      {"regularization", 300.0, 1e-3, 1e6, "pulls weights of the regression to 0: 1 / variance"},
      {"rounds", 150, 1, 10'000, "boosted trees"},
      {"depth", 4, 1, 10, "questions in a row that a tree asks"},
      {"rate", 0.03, 1e-3, 1, "how much of what a tree finds is kept"},
      {"leaf", 80, 1, 100'000, "hours in a leaf of a tree, at least"},
      {"row_share", 0.7, 0.05, 1, "of the hours that each tree sees, drawn anew"},
      {"column_share", 0.4, 0.05, 1, "of the features that each tree sees, likewise"},
      {"retrain_days", 14, 1, 3'650, "days after which it is due to be trained again"},
  };

  explicit SessionStart(const playlist::Args& args)
      : days_(args.integer("days")), retrain_days_(args.integer("retrain_days")) {
    options_.regularization = args.number("regularization");
    options_.boosting.rounds = static_cast<int>(args.integer("rounds"));
    options_.boosting.depth = static_cast<int>(args.integer("depth"));
    options_.boosting.rate = args.number("rate");
    options_.boosting.least_rows = static_cast<int>(args.integer("leaf"));
    options_.boosting.row_share = args.number("row_share");
    options_.boosting.column_share = args.number("column_share");
  }

  void train(playlist::ModelCall& call) const {
    const playlist::Table table = call.table("session_hours");
    const auto ts = table["ts"].i64();
    if (ts.empty()) throw playlist::NoData("nothing was heard yet");
    const auto started = table["started"].u8();
    const auto end = static_cast<std::size_t>(std::ranges::find(started, 255) - started.begin());
    const auto first = static_cast<std::size_t>(
        std::ranges::lower_bound(ts, ts[end == 0 ? 0 : end - 1] - days_ * 24 * kHour + kHour) -
        ts.begin());
    const Features features = features_of(table);
    const StartHours hours = hours_of(table, features, std::min(first, end), end);
    call.checkpoint();
    StartOptions options = options_;
    options.random_seed = call.random("session_start").next();
    options.boosting.random_seed = static_cast<int>(options.random_seed % 2'147'483'647);
    options.proceed = progress_of(call, 0.1, 1);
    const auto judged = forecast_starts(hours, options);
    if (!judged) throw playlist::Cancelled();
    write(call, *judged, features);
    write_week(call, *judged, hours);
    write_ahead(call, *judged, features, end);
    call.card(card_of(*judged));
    tell(call, *judged);
  }

 private:
  static StartHours hours_of(const playlist::Table& table, const Features& features,
                             std::size_t first, std::size_t end) {
    StartHours hours;
    hours.names = features.names();
    hours.columns = hours.names.size();
    hours.rows = features.row_major(first, end);
    for (const char* name : kPublishedFeatures) hours.published.push_back(features.place(name));
    for (const char* name : kHazardFeatures) hours.hazard.push_back(features.place(name));
    const auto copy = [&](const auto values, auto& into) {
      into.assign(values.begin() + static_cast<std::ptrdiff_t>(first),
                  values.begin() + static_cast<std::ptrdiff_t>(end));
    };
    copy(table["started"].u8(), hours.started);
    copy(table["ts"].i64(), hours.ts);
    copy(table["hour"].i32(), hours.hour);
    copy(table["weekday"].i32(), hours.weekday);
    const auto is_no_hour = [](std::int32_t hour) { return hour < 0 || hour > 23; };
    const auto is_no_weekday = [](std::int32_t day) { return day < 0 || day > 6; };
    if (std::ranges::any_of(hours.hour, is_no_hour) ||
        std::ranges::any_of(hours.weekday, is_no_weekday))
      throw playlist::Error("the table session_hours has an hour or a weekday that is none");
    return hours;
  }

  static void write(playlist::ModelCall& call, const JudgedForecast& judged,
                    const Features& features) {
    call.bytes("words", name_of(judged.serves));
    std::string names;
    for (const std::string& name : features.names()) names += (names.empty() ? "" : "\n") + name;
    call.bytes("features", names);
    const std::int64_t as_of = call.now();
    write_table(call, "learned", 1, {column_of("as_of", PLAYLIST_I64, &as_of)});
    write_table(call, "hours", 24,
                {column_of("share", PLAYLIST_F32, judged.forecast.hours.data())});
    if (judged.serves != StartWay::kForecast) return;
    write_weights(call, judged.forecast.logistic);
    write_trees(call, judged.forecast.trees);
  }

  /// The mean of what is said of each hour of the week in the last eight.
  static void write_week(playlist::ModelCall& call, const JudgedForecast& judged,
                         const StartHours& hours) {
    constexpr std::size_t kHours = 168, kWeeks = 8;
    std::array<double, kHours> sums{}, counts{};
    const std::size_t first = hours.count() - std::min(hours.count(), kHours * kWeeks);
    const std::vector<float> said = probabilities(judged, hours, first);
    for (std::size_t k = first; k < hours.count(); ++k) {
      const auto place = static_cast<std::size_t>(hours.weekday[k] * 24 + hours.hour[k]);
      sums[place] += said[k - first];
      ++counts[place];
    }
    std::array<float, kHours> week{};
    for (std::size_t k = 0; k < kHours; ++k)
      week[k] =
          counts[k] > 0 ? static_cast<float>(sums[k] / counts[k]) : judged.forecast.hours[k % 24];
    write_table(call, "week", kHours, {column_of("probability", PLAYLIST_F32, week.data())});
  }

  /// The hours whose labels nobody knows yet.
  void write_ahead(playlist::ModelCall& call, const JudgedForecast& judged,
                   const Features& features, std::size_t end) const {
    const playlist::Table table = call.table("session_hours");
    const auto ts = table["ts"].i64();
    const StartHours hours =
        hours_of(table, features, end - std::min<std::size_t>(end, 29 * 24), ts.size());
    const std::size_t first = hours.count() - (ts.size() - end);
    const std::vector<float> ahead = probabilities(judged, hours, first);
    const std::vector<std::int64_t> times(ts.begin() + static_cast<std::ptrdiff_t>(end), ts.end());
    write_table(call, "ahead", ahead.size(),
                {column_of("ts", PLAYLIST_I64, times.data()),
                 column_of("probability", PLAYLIST_F32, ahead.data())});
  }

  /// By what serves, of the hours from `begin` on.
  static std::vector<float> probabilities(const JudgedForecast& judged, const StartHours& hours,
                                          std::size_t begin) {
    const StartForecast& forecast = judged.forecast;
    if (judged.serves == StartWay::kForecast) return forecast.probabilities(hours, begin);
    std::vector<float> said;
    for (std::size_t k = begin; k < hours.count(); ++k)
      said.push_back(judged.serves == StartWay::kHour
                         ? forecast.hours[static_cast<std::size_t>(hours.hour[k])]
                         : static_cast<float>(same_hour_28d(hours, k, forecast.hours)));
    return said;
  }

  [[nodiscard]] std::string card_of(const JudgedForecast& judged) const {
    std::string card = playlist::concat("{\"serves\": \"", name_of(judged.serves), "\"");
    if (!judged.why.empty()) card += ", \"why\": \"" + judged.why + "\"";
    card += playlist::concat(", \"hours\": ", judged.taught + judged.held_out,
                             ", \"held_out\": ", judged.held_out, ", \"weeks\": ", judged.weeks,
                             ", \"share\": ", shown_number(judged.taught_share),
                             ", \"held_out_share\": ", shown_number(judged.held_out_share),
                             ", \"retrain_days\": ", retrain_days_);
    if (judged.why.empty()) {
      std::string ways;
      for (std::size_t k = 0; k < kStartWays; ++k)
        ways += playlist::concat(k == 0 ? "" : ", ", "\"", name_of(static_cast<StartWay>(k)),
                                 "\": ", way_of(judged.ways[k], k + 1 == kStartWays));
      card += ", \"ways\": {" + ways + "}, \"reliability\": " + reliability_of(judged.reliability);
    }
    return card + "}";
  }

  static void tell(playlist::ModelCall& call, const JudgedForecast& judged) {
    if (!judged.why.empty()) {
      call.info("the share of the same hour in the last 28 days serves: " + judged.why);
      return;
    }
    const StartFigures& ours = judged.ways.back();
    const auto skill = [&](StartWay way) {
      return judged.ways[static_cast<std::size_t>(way)].skill.value;
    };
    call.info(playlist::concat(
        name_of(judged.serves), " serves: of the held-out hours the forecast has a Brier skill of ",
        shown_number(ours.skill.value), " and an area under precision and recall of ",
        shown_number(ours.precision.value), "; the share of the hour of the day a skill of ",
        shown_number(skill(StartWay::kHour)), ", that of the last 28 days ",
        shown_number(skill(StartWay::kSameHour28d))));
  }

  std::int64_t days_, retrain_days_;
  StartOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kSessionStartModel = playlist::element<model::SessionStart>(
    "model.session_start", "Whether one person begins to listen in an hour.");
