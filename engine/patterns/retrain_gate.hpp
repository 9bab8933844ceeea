// Whether a model should be trained again: because of drift, because of its age, or both.
//
// Age     It was trained longer ago than `most_days`, or never.
// Drift   The present look has drifted (drift.hpp), something was heard in its recent days (a holiday
//         is a change, but teaches nothing), and the model was trained before them: one that has seen
//         some of the days which drifted waits until it has seen none, so that a change that stays is
//         learned once in `days` days and not at every call.
//
//   const auto report = detect_drift(listening_days(tables, kinds, days_to_read(options)), options);
//   const RetrainDecision decision =
//       retrain_decision(version.as_of, tables.now(), report ? &*report : nullptr, 30);
//   if (decision.is_due()) ... decision.reason() ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "patterns/drift.hpp"

namespace engine::patterns {

struct RetrainDecision {
  bool by_drift = false, by_age = false;
  bool was_never_trained = false;    // by_age as well
  double age_days = 0;               // of the model; 0 where it was never trained
  int most_days = 0;                 // it may be so old
  std::vector<Metric> drifted = {};  // what has drifted, whether or not that makes it due

  [[nodiscard]] bool is_due() const { return by_drift || by_age; }
  /// "drift" (of what), "age", both, or why neither: one sentence without a full stop.
  [[nodiscard]] std::string reason() const;
};

/// `trained_as_of`  Unix seconds up to which the model has learned; nothing: never trained
/// `report`         of the same now; nullptr: too little listening to tell of drift
RetrainDecision retrain_decision(std::optional<std::int64_t> trained_as_of, std::int64_t now,
                                 const DriftReport* report, int most_days);

}  // namespace engine::patterns
