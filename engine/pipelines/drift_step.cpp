// What has changed about somebody's listening: a step of an update (pipelines/update.hpp).
//
// A look costs far more than the rest of an update, and days are what it compares: it is done when the
// last one is a day old.
//
// figures  drifted, how many metrics; p.NAME of each; sessions and plays of the recent days
// state    {"at": when the look was, "drifted": [NAME ...]}
#include <cmath>

#include "core/counted.hpp"
#include "core/duration.hpp"
#include "patterns/drift.hpp"
#include "patterns/track_kinds.hpp"
#include "pipelines/drift_look.hpp"
#include "pipelines/update_steps.hpp"

namespace engine::pipelines {
namespace {

using Json = nlohmann::ordered_json;

std::string drift_text(const Json& drifted) {
  std::string names;
  for (const Json& name : drifted) names += (names.empty() ? "" : ", ") + name.get<std::string>();
  return names.empty() ? "nothing has drifted" : names + " drifted";
}

std::string ago_text(std::int64_t seconds) {
  if (seconds < 2 * kHour) return counted(seconds / kMinute, "minute") + " ago";
  return counted(seconds / kHour, "hour") + " ago";
}

}  // namespace

std::optional<patterns::DriftReport> drift_look(const AsOf& tables,
                                                const std::vector<ModelVersion>& models) {
  const patterns::DriftOptions options;
  return patterns::detect_drift(
      patterns::listening_days(tables, patterns::track_kinds(tables, models),
                               patterns::days_to_read(options)),
      options);
}

StepResult look_for_drift(Pass& pass) {
  if (const Json before = pass.state_of("drift"); !before.is_null()) {
    const std::int64_t age = pass.now() - before.at("at").get<std::int64_t>();
    if (age < kDay)
      return {.outcome = Outcome::kSkipped,
              .reason = "looked " + ago_text(age) + ": " + drift_text(before.at("drifted"))};
  }
  StepResult result;
  Json drifted = Json::array();
  const auto report = drift_look(pass.tables(), pass.models());
  if (!report) {
    result.outcome = Outcome::kNothing;
    result.reason = "there is too little listening to tell";
  } else {
    for (const patterns::DriftMetric& metric : report->metrics) {
      const std::string name(patterns::facts_of(metric.test.metric).name);
      result.figures["p." + name] = metric.test.p;
      if (metric.test.is_rejected) drifted.push_back(name);
    }
    result.figures["drifted"] = static_cast<double>(drifted.size());
    result.figures["recent_sessions"] = report->recent_sessions;
    result.figures["recent_plays"] = report->recent_tracks;
    result.reason = drift_text(drifted);
  }
  result.state = {{"at", pass.now()}, {"drifted", drifted}};
  return result;
}

}  // namespace engine::pipelines
