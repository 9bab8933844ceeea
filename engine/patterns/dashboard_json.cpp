#include <cmath>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "patterns/dashboard.hpp"

namespace engine::patterns {
namespace {

using DataJson = nlohmann::ordered_json;

/// Enough digits for every chart, and no more, so that the page stays small.
double rounded(double value) {
  return std::round(value * 1e4) / 1e4;
}
DataJson known(double value) {
  return finite_or_null(rounded(value));
}
DataJson known(const std::optional<double>& value) {
  return value ? known(*value) : DataJson(nullptr);
}
DataJson time_of(const std::optional<std::int64_t>& time) {
  return time ? DataJson(format_time(*time)) : DataJson(nullptr);
}
std::string date_of(std::int64_t day) {
  return format_date(day * kDay);
}

DataJson recent_json(const RecentListening& recent) {
  return {{"plays", recent.plays},           {"skips", recent.skips},
          {"sessions", recent.sessions},     {"hours", rounded(recent.hours)},
          {"new_tracks", recent.new_tracks}, {"new_artists", recent.new_artists}};
}

DataJson period_json(const ListeningPeriod& period) {
  return {{"from", date_of(period.day)},
          {"plays", period.plays},
          {"skips", period.skips},
          {"sessions", period.sessions},
          {"hours", rounded(period.hours)}};
}

DataJson month_json(const ListeningMonth& month) {
  DataJson json = period_json(month);
  json["tracks"] = month.tracks;
  json["new_tracks"] = month.new_tracks;
  json["new_artists"] = month.new_artists;
  json["discovery_rate"] = known(month.discovery_rate());
  json["staleness"] = known(month.staleness);
  json["rest_days"] = known(month.rest_days);
  return json;
}

DataJson week_hours_json(const Dashboard& board) {
  DataJson weekdays = DataJson::array();
  for (std::size_t day = 0; day < 7; ++day) {
    const auto begin = board.week_hours.begin() + static_cast<std::ptrdiff_t>(24 * day);
    weekdays.push_back(std::vector<std::int64_t>(begin, begin + 24));
  }
  return weekdays;
}

DataJson sessions_json(const Dashboard& board) {
  DataJson lengths = DataJson::array();
  for (const SessionLengths& length : board.session_lengths)
    lengths.push_back({{"from_minutes", length.from},
                       {"to_minutes", length.to ? DataJson(*length.to) : DataJson(nullptr)},
                       {"sessions", length.sessions}});
  return {{"count", board.sessions},
          {"median_minutes", rounded(board.median_minutes)},
          {"median_tracks", rounded(board.median_tracks)},
          {"lengths", lengths}};
}

DataJson mood_json(const Mood& mood) {
  return {{"plays", mood.plays}, {"by_hour", mood.hours}, {"by_month", mood.months}};
}

DataJson moods_json(const std::optional<MoodListening>& told) {
  if (!told) return nullptr;
  DataJson moods = DataJson::array();
  for (const Mood& mood : told->moods) {
    DataJson json = {{"mood", mood.id}, {"label", mood.label}};
    json.update(mood_json(mood));
    moods.push_back(std::move(json));
  }
  return {{"as_of", format_time(told->as_of)},
          {"plays", told->plays},
          {"moods", moods},
          {"without", mood_json(told->without)}};
}

DataJson given_json(const GivenTracks& given) {
  return {{"tracks", given.tracks},
          {"heard", given.heard},
          {"heard_before", given.heard_before},
          {"new_tracks", given.new_tracks},
          {"new_heard", given.new_heard},
          {"open", given.open}};
}

DataJson lists_json(const GivenLists& lists) {
  DataJson months = DataJson::array(), recipes = DataJson::array(), kept = DataJson::array();
  for (const GivenMonth& month : lists.months) {
    DataJson json = {{"from", date_of(month.day)}, {"lists", month.lists}};
    json.update(given_json(month));
    months.push_back(std::move(json));
  }
  for (const GivenByRecipe& recipe : lists.recipes) {
    DataJson json = {
        {"recipe", recipe.recipe}, {"lists", recipe.lists}, {"last", format_time(recipe.last)}};
    json.update(given_json(recipe));
    recipes.push_back(std::move(json));
  }
  for (const KeptState& one : lists.kept)
    kept.push_back({{"playlist", one.name},
                    {"recipe", one.recipe},
                    {"refreshed_at", time_of(one.refreshed_at)},
                    {"tracks", one.tracks},
                    {"heard", one.heard}});
  return {{"months", months}, {"recipes", recipes}, {"kept", kept}};
}

DataJson suggestions_json(const std::optional<discovery::Acceptance>& told) {
  if (!told) return nullptr;
  return {{"answers", told->answers},
          {"accepted", told->accepted},
          {"snips", told->is_enough() ? known(told->snips) : DataJson(nullptr)},
          {"effective_size", rounded(told->effective_size)}};
}

DataJson models_json(const Dashboard& board) {
  DataJson models = DataJson::array();
  for (const ModelState& model : board.models) {
    DataJson steps = DataJson::array();
    for (const ModelState::Step& step : model.reliability)
      steps.push_back({{"said", rounded(step.said)},
                       {"came", rounded(step.came)},
                       {"band", {rounded(step.low), rounded(step.high)}},
                       {"count", step.count}});
    models.push_back(
        {{"model", model.name},
         {"as_of", format_time(model.as_of)},
         {"age_days", rounded(model.age_days(board.now))},
         {"own", model.is_own},
         {"retrain_days", model.retrain_days ? DataJson(*model.retrain_days) : DataJson(nullptr)},
         {"due", model.is_due},
         {"calibration_error", known(model.calibration_error)},
         {"reliability", steps}});
  }
  return models;
}

DataJson drift_json(const std::optional<DriftState>& told) {
  if (!told) return nullptr;
  DataJson changes = DataJson::array();
  for (const DriftState::Change& change : told->changes)
    changes.push_back({{"metric", change.metric},
                       {"unit", change.unit},
                       {"recent", known(change.recent)},
                       {"base", known(change.base)},
                       {"change", known(change.change)},
                       {"p", change.p},
                       {"drifted", change.is_drift},
                       {"since", change.since ? DataJson(format_date(*change.since)) : nullptr},
                       {"says", change.says}});
  return {{"days", told->days},           {"base", told->base}, {"level", told->level},
          {"drifted", told->has_drifted}, {"metrics", changes}, {"looks", told->looks},
          {"alarms", told->alarms}};
}

}  // namespace

nlohmann::ordered_json dashboard_json(const Dashboard& board) {
  DataJson days = DataJson::array(), weeks = DataJson::array(), months = DataJson::array(),
           missing = DataJson::array();
  for (const ListeningPeriod& day : board.days) days.push_back(period_json(day));
  for (const ListeningPeriod& week : board.weeks) weeks.push_back(period_json(week));
  for (const ListeningMonth& month : board.months) months.push_back(month_json(month));
  for (const MissingPart& part : board.missing)
    missing.push_back({{"part", part.part},
                       {"why", part.why},
                       {"fix", part.fix.empty() ? DataJson(nullptr) : DataJson(part.fix)}});
  return {{"user", board.user},
          {"now", format_time(board.now)},
          {"timezone", board.timezone},
          {"listens", board.listens},
          {"plays", board.plays},
          {"skips", board.skips},
          {"hours", rounded(board.hours)},
          {"tracks", board.tracks},
          {"artists", board.artists},
          {"undated", board.undated},
          {"untimed", board.untimed},
          {"first", time_of(board.first)},
          {"last", time_of(board.last)},
          {"recent", recent_json(board.recent)},
          {"before", recent_json(board.before)},
          {"days", days},
          {"weeks", weeks},
          {"months", months},
          {"earlier_plays", board.earlier_plays},
          {"week_hours", week_hours_json(board)},
          {"sessions", sessions_json(board)},
          {"moods", moods_json(board.moods)},
          {"lists", lists_json(board.lists)},
          {"suggestions", suggestions_json(board.suggestions)},
          {"models", models_json(board)},
          {"drift", drift_json(board.drift)},
          {"missing", missing}};
}

}  // namespace engine::patterns
