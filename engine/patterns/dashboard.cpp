#include "patterns/dashboard.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "discovery/queue.hpp"
#include "patterns/dashboard_listening.hpp"
#include "patterns/told_drift.hpp"

namespace engine::patterns {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kStartModel = "model.session_start";
constexpr std::int64_t kQuietDays = 14;  // without a listen: is an import missing?

const ModelVersion* find_version(const std::vector<ModelVersion>& versions, std::string_view name) {
  const auto found = std::ranges::find(versions, name, &ModelVersion::name);
  return found == versions.end() ? nullptr : &*found;
}

// ---- models --------------------------------------------------------------------------------------

const Json* member_of(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}
std::optional<double> number_of(const Json& object, const char* name) {
  const Json* member = member_of(object, name);
  return member != nullptr && member->is_number() ? std::optional(member->get<double>())
                                                  : std::nullopt;
}

/// Cards are written by plugins: what is of another shape is left out.
std::vector<ModelState::Step> reliability_of(const Json& card) {
  std::vector<ModelState::Step> steps;
  const Json* told = member_of(card, "reliability");
  const Json* list = told == nullptr ? nullptr : member_of(*told, "steps");
  if (list == nullptr || !list->is_array()) return steps;
  for (const Json& step : *list) {
    const auto said = number_of(step, "said"), came = number_of(step, "came"),
               count = number_of(step, "hours");
    const Json* band = member_of(step, "band");
    if (!said || !came || !count || band == nullptr || band->size() != 2) continue;
    if (!band->front().is_number() || !band->back().is_number()) continue;
    steps.push_back({.said = *said,
                     .came = *came,
                     .low = band->front().get<double>(),
                     .high = band->back().get<double>(),
                     .count = static_cast<std::int64_t>(*count)});
  }
  return steps;
}

/// Of what serves, where several ways were judged.
std::optional<double> calibration_error_of(const Json& card) {
  const Json *ways = member_of(card, "ways"), *serves = member_of(card, "serves");
  if (ways == nullptr || serves == nullptr || !serves->is_string())
    return number_of(card, "calibration_error");
  const Json* way = member_of(*ways, serves->get<std::string>());
  return way == nullptr ? std::nullopt : number_of(*way, "calibration_error");
}

ModelState state_of(const ModelVersion& version, std::int64_t now) {
  const Json card = Json::parse(version.card);
  ModelState state{.name = version.name, .as_of = version.as_of, .is_own = version.user_id != 0};
  if (const auto days = number_of(card, "retrain_days")) {
    state.retrain_days = static_cast<int>(*days);
    state.is_due = version.as_of + *state.retrain_days * kDay <= now;
  }
  state.calibration_error = calibration_error_of(card);
  state.reliability = reliability_of(card);
  return state;
}

void tell_models(const std::vector<ModelVersion>& versions, Dashboard& board) {
  for (const ModelVersion& version : versions)
    if (board.models.size() < kMostModels) board.models.push_back(state_of(version, board.now));
  if (versions.empty()) {
    board.missing.push_back(
        {"models", "no model has been trained as of then", "engine train session_start moods"});
  } else if (find_version(versions, kStartModel) == nullptr) {
    board.missing.push_back({"calibration",
                             std::string(kStartModel) + " has not been trained as of then",
                             "engine train session_start"});
  }
}

// ---- moods ---------------------------------------------------------------------------------------

/// No moods where there are none, which `board` is told.
TrackMoods moods_or_why(const AsOf& tables, const std::vector<ModelVersion>& versions,
                        Dashboard& board) {
  TrackMoods moods;
  try {
    moods = read_moods(tables, versions);
  } catch (const Error& error) {
    board.missing.push_back({"moods", error.parts().why, "engine train moods"});
    return {};
  }
  if (moods.moods.empty())
    board.missing.push_back(
        {"moods", "model.moods has not been trained as of then", "engine train moods"});
  return moods;
}

void tell_gaps(Dashboard& board) {
  if (board.listens == 0) {
    board.missing.push_back({"listens", "nothing was heard yet", "engine import FILE"});
  } else if (board.last && board.now - *board.last >= kQuietDays * kDay) {
    board.missing.push_back({"listens",
                             "nothing was heard since " + format_date(*board.last) +
                                 "; where an import is missing, what came since is",
                             "engine import FILE"});
  }
  if (board.timezone == "UTC")
    board.missing.push_back({"timezone",
                             "days and hours are those of UTC, as no other time zone is set",
                             "engine library timezone ZONE"});
  if (board.lists.months.empty())
    board.missing.push_back(
        {"lists", "no list was made in the last twelve months as of then", "engine run weekly"});
}

}  // namespace

double ModelState::age_days(std::int64_t now) const {
  return static_cast<double>(now - as_of) / static_cast<double>(kDay);
}

DashboardInputs dashboard_inputs(const Store& store, const AsOf& tables) {
  DashboardInputs inputs;
  inputs.models = list_models(store);
  inputs.answers =
      discovery::answers_of(discovery::Queue(store).list(tables.user_id(), tables.now()));
  for (KeptPlaylist& playlist : list_kept_playlists(store, tables.user_id())) {
    DashboardInputs::Kept kept{.playlist = std::move(playlist)};
    kept.version = current_version(store, kept.playlist.id, tables.now());
    if (kept.version) kept.tracks = version_tracks(store, *kept.version);
    if (kept.version || kept.playlist.created_at <= tables.now())
      inputs.kept.push_back(std::move(kept));
  }
  return inputs;
}

void look_for_drift(const AsOf& tables, const DriftOptions& options, DashboardInputs& inputs) {
  try {
    inputs.drift = drift_state(tell_drift(tables, inputs.models, options));
  } catch (const Error& error) {
    if (error.exit() != Exit::kNothing) throw;
    inputs.no_drift = {"drift", error.parts().why, ""};
  }
}

DriftState drift_state(const ToldDrift& told) {
  const DriftReport& report = told.report;
  DriftState state{.days = report.size.days,
                   .base = report.size.base,
                   .level = report.level,
                   .has_drifted = report.has_drifted,
                   .looks = report.looks,
                   .alarms = report.alarms};
  for (const DriftMetric& metric : report.metrics) {
    const MetricFacts& facts = facts_of(metric.test.metric);
    DriftState::Change change{.metric = std::string(facts.name),
                              .unit = std::string(facts.unit),
                              .says = drift_sentence(told, metric),
                              .recent = metric.effect.recent,
                              .base = metric.effect.base,
                              .change = metric.effect.change,
                              .p = metric.test.p,
                              .is_drift = metric.test.is_rejected};
    if (metric.days_ago) change.since = told.tables->now() - *metric.days_ago * kDay;
    state.changes.push_back(std::move(change));
  }
  return state;
}

Dashboard dashboard(const AsOf& tables, const DashboardInputs& inputs) {
  Dashboard board;
  board.user = tables.user_name();
  board.timezone = tables.timezone();
  board.now = tables.now();
  const std::vector<ModelVersion> versions =
      usable_versions(inputs.models, tables.now(), tables.user_id());
  const TrackMoods moods = moods_or_why(tables, versions, board);
  tell_listening(tables, moods.moods.empty() ? nullptr : &moods, board);
  tell_lists(tables, inputs.kept, board);
  if (const auto told = discovery::acceptance_of(inputs.answers); !told.empty())
    board.suggestions = told.front();
  tell_models(versions, board);
  board.drift = inputs.drift;
  if (!board.drift) board.missing.push_back(inputs.no_drift);
  tell_gaps(board);
  return board;
}

}  // namespace engine::patterns
