// One look for drift, as both pipelines take it.
#pragma once

#include <optional>
#include <vector>

#include "data/as_of.hpp"
#include "models/models.hpp"
#include "patterns/drift.hpp"

namespace engine::pipelines {

/// As `engine drift` without options; nothing where there is too little listening to tell.
/// `models` as list_models() has them.
std::optional<patterns::DriftReport> drift_look(const AsOf& tables,
                                                const std::vector<ModelVersion>& models);

}  // namespace engine::pipelines
