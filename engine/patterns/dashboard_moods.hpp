// The moods of one person with the place of each track among them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "models/models.hpp"

namespace engine::patterns {

struct TrackMoods {
  std::int64_t as_of = 0;  // of the training
  struct Mood {
    std::int32_t id = 0;
    std::string label;
  };
  std::vector<Mood> moods;             // as model.moods has them; empty: there is no such model
  std::vector<std::int32_t> of_track;  // place in `moods`; -1: none
};

/// By track_moods.hpp, of the person's own model; `models` as of models_as_of(). Throws Error(kStore)
/// when its files are damaged.
TrackMoods read_moods(const AsOf& tables, const std::vector<ModelVersion>& models);

}  // namespace engine::patterns
