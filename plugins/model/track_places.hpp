// Where tracks lie in a space that was learned: `embedding`, of model.embedding, or one of
// model.content by its name.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/content_space.hpp"

namespace model {

inline constexpr const char* kEmbeddingSpace = "embedding";

struct TrackPlaces {
  std::vector<std::int64_t> ids;      // the store's, ascending
  Vectors vectors;                    // unit vectors, a row each
  std::vector<std::size_t> inserted;  // rows that the space's model did not know
  std::string source;                 // which version of its vectors; "": cannot be told
};

/// Of the tracks asked for, by their numbers, those that have a place. Tracks that came after
/// model.embedding was trained are placed by what it keeps. Throws NoData where the model of the
/// space has not been trained.
TrackPlaces track_places(playlist::ModelCall& call, const std::string& space,
                         const std::vector<bool>& is_asked);

}  // namespace model
