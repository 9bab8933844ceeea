// The backtest as JSON.
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "evaluate/backtest.hpp"
#include "evaluate/verdict.hpp"

namespace engine::evaluate {
namespace {

using Json = nlohmann::ordered_json;

Json metrics_of(const Backtest& backtest, const EntryResult& entry) {
  Json metrics = Json::object();
  for (std::size_t m = 0; m < entry.metrics.size(); ++m) {
    const Interval& interval = entry.metrics[m];
    metrics[backtest.metric_names[m]] = {{"mean", finite_or_null(interval.mean)},
                                         {"low", finite_or_null(interval.low)},
                                         {"high", finite_or_null(interval.high)},
                                         {"count", interval.count}};
  }
  return metrics;
}

Json pairs_of(const Backtest& backtest) {
  Json paired = Json::array();
  for (const PairResult& pair : backtest.paired) {
    for (std::size_t m = 0; m < pair.metrics.size(); ++m) {
      const Interval& interval = pair.metrics[m];
      paired.push_back({{"a", backtest.entries[pair.a].name},
                        {"b", backtest.entries[pair.b].name},
                        {"metric", backtest.metric_names[m]},
                        {"difference", finite_or_null(interval.mean)},
                        {"low", finite_or_null(interval.low)},
                        {"high", finite_or_null(interval.high)},
                        {"count", interval.count}});
    }
  }
  return paired;
}

Json skipped_of(const Backtest& backtest) {
  Json skipped = Json::array();
  for (const SkippedDates& user : backtest.skipped)
    if (user.dates > 0)
      skipped.push_back({{"user", user.user}, {"dates", user.dates}, {"unknown", user.unknown}});
  return skipped;
}

Json failures_of(const Backtest& backtest) {
  Json failures = Json::array();
  for (const ListFailure& failure : backtest.failures) {
    const Place& place = backtest.places[failure.place];
    failures.push_back({{"name", backtest.entries[failure.entry].name},
                        {"user", backtest.users[place.user]},
                        {"date", short_time(place.date)},
                        {"error", failure.error.what()},
                        {"where", failure.error.parts().where}});
  }
  return failures;
}

Json verdicts_of(const Backtest& backtest) {
  Json sentences = Json::array();
  for (std::size_t k = 0; k < backtest.entries.size(); ++k)
    if (!backtest.entries[k].is_baseline) sentences.push_back(verdict(backtest, k));
  return sentences;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json models_of(const Backtest& backtest) {
  Json models = Json::array();
  for (const ModelUse& use : backtest.models)
    models.push_back({{"name", use.name}, {"lists", use.found}, {"missing", use.missing}});
  return models;
}

}  // namespace

Json backtest_json(const Backtest& backtest, const std::string& every) {
  Json entries = Json::array();
  for (const EntryResult& entry : backtest.entries) {
    entries.push_back({{"name", entry.name},
                       {"kind", entry.is_baseline ? "baseline" : "recipe"},
                       {"metrics", metrics_of(backtest, entry)},
                       {"gini", finite_or_null(entry.gini)},
                       {"ms", finite_or_null(entry.milliseconds)},
                       {"failed", entry.failed}});
  }
  return {{"from", short_time(backtest.periods.front().date)},
          {"to", short_time(backtest.periods.back().end)},
          {"every", every},
          {"users", backtest.users},
          {"entries", entries},
          {"paired", pairs_of(backtest)},
          {"verdicts", verdicts_of(backtest)},
          {"k", backtest.ks},
          {"dates", backtest.periods.size()},
          {"lists", backtest.places.size()},
          {"skipped", skipped_of(backtest)},
          {"failures", failures_of(backtest)},
          {"catalogue_tracks", backtest.catalogue_tracks},
          {"random_seed", backtest.random_seed},
          {"resamples", backtest.resamples},
          {"judged", name_of(backtest.judged)},
          {"half", text_or_null(backtest.half)},
          {"models", models_of(backtest)},
          {"trained_every", text_or_null(backtest.trained_every)},
          {"trained_on", text_or_null(backtest.trained_on)}};
}

}  // namespace engine::evaluate
