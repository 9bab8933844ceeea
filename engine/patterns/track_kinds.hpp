// Which kind of music each track is: by clusters where some were found, else by genre.
#pragma once

#include "data/as_of.hpp"
#include "models/models.hpp"
#include "patterns/listening_days.hpp"

namespace engine::patterns {

/// By the person's clusters of model.clusters, else by the space of model.embedding, as of
/// tables.now(); without either by the strongest genre. `models` as list_models() has them.
TrackKinds track_kinds(const AsOf& tables, const std::vector<ModelVersion>& models);

}  // namespace engine::patterns
