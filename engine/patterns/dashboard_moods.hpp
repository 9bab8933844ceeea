// Which mood each track is in, by model.moods.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "models/artifact.hpp"

namespace engine::patterns {

struct TrackMoods {
  struct Mood {
    std::int32_t id = 0;
    std::string label;
  };
  std::vector<Mood> moods;             // in the artifact's order
  std::vector<std::int32_t> of_track;  // place in `moods`; -1: none
};

/// `model` is an artifact of model.moods: tables "moods" (id, label) and "tracks" (id of the store,
/// mood). Tracks that the library knows no more are left out.
TrackMoods moods_of(const AsOf& tables, const Artifact& model);

}  // namespace engine::patterns
