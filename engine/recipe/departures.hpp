// Which tracks of an earlier list are not in this one, and which stage lost them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "plan/evaluate.hpp"

namespace engine {

struct Departure {
  std::int64_t track_id = 0;
  std::string why;  // "dropped by filter_function (recipes/x.lua:12): heard too often"
};

/// For each of the tracks that the plan's output lacks, in the order given.
std::vector<Departure> departures(Evaluation& evaluation, const AsOf& tables,
                                  const std::vector<std::int64_t>& track_ids);

}  // namespace engine
