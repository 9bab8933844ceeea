#include "patterns/retrain_gate.hpp"

#include <cmath>

#include "core/duration.hpp"

namespace engine::patterns {
namespace {

std::string days_text(double days) {
  const auto whole = std::lround(std::floor(days));
  return std::to_string(whole) + (whole == 1 ? " day" : " days");
}

std::string names_of(const std::vector<Metric>& metrics) {
  std::string text;
  for (const Metric metric : metrics)
    text += (text.empty() ? "" : ", ") + std::string(facts_of(metric).name);
  return text;
}

}  // namespace

RetrainDecision retrain_decision(std::optional<std::int64_t> trained_as_of, std::int64_t now,
                                 const DriftReport* report, int most_days) {
  RetrainDecision decision{.most_days = most_days};
  decision.was_never_trained = !trained_as_of.has_value();
  if (trained_as_of)
    decision.age_days = static_cast<double>(now - *trained_as_of) / static_cast<double>(kDay);
  decision.by_age = decision.was_never_trained || decision.age_days > most_days;
  if (report == nullptr) return decision;
  for (const DriftMetric& metric : report->metrics)
    if (metric.test.is_rejected) decision.drifted.push_back(metric.test.metric);
  decision.by_drift = !decision.drifted.empty() && report->recent_tracks > 0 && trained_as_of &&
                      *trained_as_of <= now - report->size.days * kDay;
  return decision;
}

std::string RetrainDecision::reason() const {
  if (was_never_trained) return "it was never trained";
  const std::string age = "it is " + days_text(age_days) + " old",
                    drift = names_of(drifted) + " drifted since it was trained";
  const std::string too_old = age + ", more than " + days_text(most_days);
  if (by_drift && by_age) return drift + ", and " + too_old;
  if (by_drift) return drift;
  if (by_age) return too_old;
  if (drifted.empty()) return age + " and nothing has drifted";
  return age + "; " + names_of(drifted) +
         " drifted, but it has seen some of these days, or nothing was heard in them";
}

}  // namespace engine::patterns
