// A share of a split's users, for models that learn from a sample and fold the others in.
#pragma once

#include <cstdint>

#include "benchmark/split.hpp"

namespace engine::benchmark {

/// By a hash of the number: a larger share has all users of a smaller one. `share` 0 .. 1; 1: everybody.
bool is_sampled(std::int32_t user, double share);

/// Those users with their items, numbered anew in their order.
ItemsOfUsers sampled(const ItemsOfUsers& users, double share);

}  // namespace engine::benchmark
