#include "patterns/told_drift.hpp"

#include <cmath>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "page/charts.hpp"
#include "patterns/track_kinds.hpp"

namespace engine::patterns {
namespace {

Error too_little(const AsOf& tables, const LookSize& size, std::size_t days) {
  const std::size_t needed = static_cast<std::size_t>(size.days + size.base);
  const std::string why =
      days < needed ? "the history of " + one_line(tables.user_name()) + " has " +
                          counted(days, "whole day") + " up to " + format_date(tables.now()) +
                          ", and a look at the last " + counted(size.days, "day") + " beside the " +
                          std::to_string(size.base) + " before needs " + std::to_string(needed)
                    : "in the " + counted(size.base, "day") + " before the last " +
                          std::to_string(size.days) + " there are fewer than " +
                          std::to_string(kFewestBaseSessions) + " sessions of " +
                          one_line(tables.user_name()) + ", up to " + format_date(tables.now());
  return Error(Exit::kNothing, "there is too little listening to tell what has changed",
               {.where = {},
                .source = {},
                .why = why,
                .fix = days < needed ? "import older listening, or look back less far with --base"
                                     : "look at a time with more listening with --now, or import "
                                       "what is missing"});
}

std::string from_to(const DriftMetric& metric, int digits, const std::string& unit) {
  return number_text(metric.effect.base, digits) + " before, " +
         number_text(metric.effect.recent, digits) + " now " + unit + " (" +
         (metric.effect.change >= 0 ? "+" : "") + number_text(metric.effect.change, digits) + ")";
}

std::string moved_text(const ToldDrift& told, const DriftMetric& metric) {
  std::string text;
  const auto tell_one = [&](const std::optional<Mover>& mover, const char* word) {
    if (!mover) return;
    text += (text.empty() ? "" : ", ") + std::string(word) + " " +
            one_line(mover_name(told, metric.test.metric, mover->key)) + " (" +
            percent_text(mover->base) + " of the plays before, " + percent_text(mover->recent) +
            " now)";
  };
  tell_one(metric.rose, "more");
  tell_one(metric.fell, "less");
  return text;
}

}  // namespace

ToldDrift tell_drift(const AsOf& tables, const std::vector<ModelVersion>& models,
                     const DriftOptions& options) {
  ToldDrift told{.tables = &tables, .kinds = track_kinds(tables, models), .report = {}};
  const auto days = listening_days(tables, told.kinds, days_to_read(options));
  auto report = detect_drift(days, options);
  if (!report) throw too_little(tables, options.size, days.size());
  told.report = std::move(*report);
  return told;
}

std::string mover_name(const ToldDrift& told, Metric metric, std::int32_t key) {
  if (metric == Metric::kDecades) return std::to_string(key) + "0s";
  if (metric == Metric::kKinds) return told.kinds.names[static_cast<std::size_t>(key)];
  const playlist_table& artists = *told.tables->table("artists");
  return std::string(
      text_of(*find_column(artists, "name"),
              column_of<std::int32_t>(artists, "name")[static_cast<std::size_t>(key)]));
}

std::string drifted_since(const ToldDrift& told, const DriftMetric& metric) {
  return format_date(told.tables->now() - *metric.days_ago * kDay);
}

std::string drift_sentence(const ToldDrift& told, const DriftMetric& metric) {
  const double change = metric.effect.change;
  const std::string apart = number_text(metric.effect.recent, 2) + " from the month before, " +
                            number_text(metric.effect.base, 2) + " is usual";
  switch (metric.test.metric) {
    case Metric::kSessionsPerDay:
      return "sessions a day: " + from_to(metric, 1, "");
    case Metric::kTracksPerDay:
      return "tracks a day: " + from_to(metric, 1, "");
    case Metric::kActiveDays:
      return "days of a week with listening: " + from_to(metric, 1, "");
    case Metric::kSessionMinutes:
      return "minutes of a session: " + from_to(metric, 0, "");
    case Metric::kStartHour:
      return "you listen " + counted(static_cast<int>(std::abs(change)), "hour") +
             (change > 0 ? " later" : " earlier") + " than before";
    case Metric::kHoursOfDay:
      return "hours of the day: " + apart;
    case Metric::kNewArtists:
      return "by artists not heard in the days before: " + percent_text(metric.effect.recent) +
             " of the plays, " + percent_text(metric.effect.base) + " is usual";
    case Metric::kTopArtists:
      return "by the ten artists most heard before: " + percent_text(metric.effect.recent) +
             " of the plays, " + percent_text(metric.effect.base) + " is usual";
    case Metric::kArtists:
      return "artists: " + moved_text(told, metric);
    case Metric::kKinds:
      return "kinds of music: " + moved_text(told, metric);
    case Metric::kDecades:
      return "decades: " + moved_text(told, metric);
  }
  return "";
}

}  // namespace engine::patterns
