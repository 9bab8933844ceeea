// Which mood each track has, by the moods that model.moods found of one person.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/as_of.hpp"
#include "models/models.hpp"

namespace engine::patterns {

/// By track of the load the number of its mood: of the nearest centroid to its sound as it is known
/// now (plugins/shared/moods.hpp), be it one that the training did not know. -1: its sound is not
/// known, or there is no model. `models` as of models_as_of(); moods of another person are none.
std::vector<std::int32_t> track_moods(const AsOf& tables, const std::vector<ModelVersion>& models);

}  // namespace engine::patterns
