// What anybody could do without a recipe: the lists that a recipe has to beat.
//
//   popularity          the catalogue's most popular tracks, as recall.popular orders them: by
//                       popularity, then by how many users play the artist, then by number
//   most_played_lately  the user's most played tracks of the last 30 days; then of all time
//   shuffle             the user's library in random order; without one, what was played to the end
//                       three times or more; without that, everything played
//   random_catalogue    any tracks of the catalogue
//
// All read the same tables, as of the same date, as the recipes beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "data/as_of.hpp"

namespace engine::evaluate {

struct Baseline {
  const char* name;
  const char* help;
  /// At most `length` track numbers, each once. `random` is the list's own stream.
  std::vector<std::int32_t> (*list)(const AsOf& tables, std::size_t length, Random& random);
};

std::span<const Baseline> baselines();

}  // namespace engine::evaluate
