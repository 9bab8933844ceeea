// A run's record in the store, so that it can be told about, repeated and looked back at.
#pragma once

#include <cstdint>

#include "recipe/run.hpp"
#include "store/store.hpp"

namespace engine {

/// Writes the run and returns its number; the record that is kept names it under "run".
std::int64_t record_run(Store& store, const RunRequest& request, const RunAnswer& answer);

}  // namespace engine
