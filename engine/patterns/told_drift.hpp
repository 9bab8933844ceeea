// A drift report in words: what changed by how much, whose share rose and fell, since when.
#pragma once

#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "models/models.hpp"
#include "patterns/drift.hpp"
#include "patterns/listening_days.hpp"

namespace engine::patterns {

/// A report with what it was made from.
struct ToldDrift {
  const AsOf* tables;  // outlives it
  TrackKinds kinds;
  DriftReport report;
};

/// As of tables.now(), with kinds of music by `models` (as list_models() has them). Throws
/// Error(kNothing) that says what is missing where there is too little listening.
ToldDrift tell_drift(const AsOf& tables, const std::vector<ModelVersion>& models,
                     const DriftOptions& options);

/// What an artist, a kind or a decade is called.
std::string mover_name(const ToldDrift& told, Metric metric, std::int32_t key);
/// Of a metric that drifted: the day, "2026-11-21".
std::string drifted_since(const ToldDrift& told, const DriftMetric& metric);
/// What a metric says, as it would be said, in one line; without a full stop.
std::string drift_sentence(const ToldDrift& told, const DriftMetric& metric);

}  // namespace engine::patterns
