// The clusters of the space of model.embedding, as kinds of music that no tag has to name.
#pragma once

#include <cstdint>
#include <vector>

#include "data/as_of.hpp"
#include "models/models.hpp"

namespace engine::evaluate {

struct SpaceClusters {
  std::vector<std::int32_t>
      of_track;  // -1: none; empty where there is no such model, or without any
  std::size_t count = 0;
};

/// By the version of `models` that is everybody's as of tables.now().
SpaceClusters space_clusters(const AsOf& tables, const std::vector<ModelVersion>& models);

}  // namespace engine::evaluate
