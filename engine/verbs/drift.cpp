// engine drift: what has changed about somebody's listening, and since when.
#include <cmath>
#include <cstdio>
#include <memory>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/shown_text.hpp"
#include "models/models.hpp"
#include "patterns/told_drift.hpp"
#include "verbs/percent_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using patterns::DriftMetric;
using patterns::DriftReport;
using patterns::Metric;
using patterns::Mover;

constexpr const char* kRelative = "relative20";

/// Everything that an answer is made of.
struct DriftAnswer : patterns::ToldDrift {
  std::unique_ptr<AsOf> owned_tables;
  std::int64_t last_listen = 0;  // start of it, Unix seconds
  bool is_relative = false;      // which rule is asked
  bool has_drifted() const { return is_relative ? report.has_relative_alarm : report.has_drifted; }
};

patterns::LookSize size_of(const Arguments& arguments) {
  const patterns::LookSize size{.days = static_cast<int>(arguments.integer("days")),
                                .base = static_cast<int>(arguments.integer("base"))};
  if (size.base < 3 * size.days)
    throw Error(Exit::kUsage,
                "a base of " + counted(size.base, "day") + " is too short for " +
                    counted(size.days, "recent day"),
                {.where = "--base",
                 .source = {},
                 .why = "by how much " + counted(size.days, "day") +
                        " differ by chance is told from three times as many at least",
                 .fix = "give --base " + std::to_string(3 * size.days) + " or more"});
  return size;
}

DriftAnswer answer_of(const app::Caller& caller, const Arguments& arguments) {
  patterns::DriftOptions options;
  options.size = size_of(arguments);
  if (caller.asked.random_seed) options.random_seed = *caller.asked.random_seed;
  std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const auto versions = list_models(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}));
  DriftAnswer told{patterns::tell_drift(*tables, versions, options), std::move(tables)};
  told.is_relative = arguments.text("rule") == kRelative;
  told.last_listen = column_of<std::int64_t>(*told.tables->table("listens"), "ts").back();
  return told;
}

// ---- as data ----

Json finite_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json mover_json(const DriftAnswer& told, Metric metric, const std::optional<Mover>& mover) {
  if (!mover) return nullptr;
  return {{"name", mover_name(told, metric, mover->key)},
          {"recent", mover->recent},
          {"base", mover->base}};
}

Json metric_json(const DriftAnswer& told, const DriftMetric& metric) {
  const patterns::MetricFacts& facts = patterns::facts_of(metric.test.metric);
  Json json = {{"metric", facts.name},
               {"unit", facts.unit},
               {"recent", finite_or_null(metric.effect.recent)},
               {"base", finite_or_null(metric.effect.base)},
               {"change", finite_or_null(metric.effect.change)},
               {"z", metric.test.z},
               {"inflation", metric.test.inflation},
               {"p", metric.test.p},
               {"drifted", metric.test.is_rejected},
               {"since", metric.days_ago ? Json(drifted_since(told, metric)) : Json(nullptr)},
               {"since_is_certain", metric.is_certain}};
  json["rose"] = mover_json(told, metric.test.metric, metric.rose);
  json["fell"] = mover_json(told, metric.test.metric, metric.fell);
  return json;
}

Json past_json(const DriftReport& report) {
  return {{"looks", report.looks},
          {"bootstrap_alarms", report.alarms},
          {"relative20_alarms", report.relative_alarms},
          {"relative20_summary_alarms", report.relative_summary_alarms}};
}

Json drift_json(const DriftAnswer& told) {
  static constexpr const char* kSources[] = {"none", "model.clusters", "model.embedding", "genres"};
  const DriftReport& report = told.report;
  Json metrics = Json::array(), relative = Json::array();
  for (const DriftMetric& metric : report.metrics) metrics.push_back(metric_json(told, metric));
  for (const patterns::RelativeMetric& metric : report.relative)
    relative.push_back({{"metric", metric.name},
                        {"recent", metric.recent},
                        {"base", metric.base},
                        {"change", finite_or_null(metric.change())},
                        {"alarm", metric.is_alarm()}});
  return {{"user", told.tables->user_name()},
          {"now", format_time(told.tables->now())},
          {"rule", told.is_relative ? kRelative : "bootstrap"},
          {"days", report.size.days},
          {"base", report.size.base},
          {"level", report.level},
          {"drifted", told.has_drifted()},
          {"last_listen", format_time(told.last_listen)},
          {"sessions", {{"recent", report.recent_sessions}, {"base", report.base_sessions}}},
          {"plays", {{"recent", report.recent_tracks}, {"base", report.base_tracks}}},
          {"kinds", kSources[static_cast<std::size_t>(told.kinds.source)]},
          {"metrics", metrics},
          {"relative20", relative},
          {"past", past_json(report)}};
}

// ---- as text ----

std::string to_digits(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string p_text(double p) {
  return p < 0.001 ? "p < 0.001" : "p = " + to_digits(p, 3);
}

std::string since_text(const DriftAnswer& told, const DriftMetric& metric) {
  if (!metric.days_ago) return "";
  return (metric.is_certain ? "; since " : "; since about ") + drifted_since(told, metric);
}

std::string bootstrap_text(const DriftAnswer& told) {
  std::string drifted, same;
  for (const DriftMetric& metric : told.report.metrics) {
    const std::string name(patterns::facts_of(metric.test.metric).name);
    if (metric.test.is_rejected) {
      drifted += "  " + drift_sentence(told, metric) + since_text(told, metric) + "; " +
                 p_text(metric.test.p) + "\n";
    } else {
      same += (same.empty() ? "" : ", ") + name + " (" + p_text(metric.test.p) + ")";
    }
  }
  std::string text = drifted.empty() ? "nothing has changed beyond chance\n"
                                     : "what has changed beyond chance:\n" + drifted;
  if (!same.empty()) text += "not beyond chance: " + same + "\n";
  return text;
}

std::string relative_text(const DriftAnswer& told) {
  std::string text;
  for (const patterns::RelativeMetric& metric : told.report.relative) {
    if (!metric.is_alarm()) continue;
    text += "  " + metric.name + ": " + to_digits(metric.base, 2) + " before, " +
            to_digits(metric.recent, 2) + " now (" + (metric.change() > 0 ? "+" : "") +
            whole_percent(metric.change()) + ")\n";
  }
  return text.empty() ? "no metric differs by more than a fifth\n"
                      : "more than a fifth apart:\n" + text;
}

std::string past_text(const DriftReport& report) {
  if (report.looks == 0)
    return "there is no earlier look to compare with: the history is too short\n";
  const auto share = [&](int alarms) {
    return std::to_string(alarms) + " (" +
           whole_percent(static_cast<double>(alarms) / report.looks) + ")";
  };
  return "at the " + counted(report.looks, "earlier look") + ", " +
         counted(report.size.days, "day") + " apart, bootstrap alarmed at " + share(report.alarms) +
         ", relative20 at " + share(report.relative_alarms) + ", by its nine summaries alone at " +
         share(report.relative_summary_alarms) + "\n";
}

std::string drift_text(const DriftAnswer& told) {
  const DriftReport& report = told.report;
  const std::int64_t now = told.tables->now();
  std::string text = one_line(told.tables->user_name()) + ", the " +
                     counted(report.size.days, "day") + " up to " + format_time(now) +
                     " beside the " + std::to_string(report.size.base) +
                     " before: " + counted(std::lround(report.recent_sessions), "session") +
                     " and " + counted(std::lround(report.base_sessions), "session") + "\n\n";
  text += told.is_relative ? relative_text(told) : bootstrap_text(told);
  if (report.recent_tracks == 0)
    text += "nothing was heard since " + format_date(told.last_listen) +
            "; where an import is missing, this is no change: import what came since\n";
  return text + "\n" + past_text(report);
}

Answer drift(const app::Caller& caller, const Arguments& arguments) {
  const DriftAnswer told = answer_of(caller, arguments);
  return {.exit = Exit::kDone, .data = drift_json(told), .text = drift_text(told)};
}

}  // namespace

std::vector<Verb> drift_verbs() {
  return {{.name = "drift",
           .help = "What has changed about your listening, beyond chance",
           .parameters = {{.name = "rule",
                           .value_name = "RULE",
                           .help = "What counts as changed: beyond chance, or by a fifth",
                           .usual = "bootstrap",
                           .one_of = {"bootstrap", kRelative}},
                          {.name = "days",
                           .type = Type::kInteger,
                           .value_name = "N",
                           .help = "So many last days ...",
                           .usual = "7",
                           .least = 1,
                           .most = 90},
                          {.name = "base",
                           .type = Type::kInteger,
                           .value_name = "N",
                           .help = "... are held against so many before them",
                           .usual = "30",
                           .least = patterns::kFewestBaseDays,
                           .most = 365}},
           .footer = "bootstrap: a chance of 5 % at most that anything is told where nothing has "
                     "changed, by how days\nand weeks of your own differ. How it is done, and for "
                     "whom it sees what: engine help patterns.\n",
           .answer = drift}};
}

}  // namespace engine::verbs
