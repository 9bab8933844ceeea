// A run's record in the store, so that it can be told about, repeated and looked back at.
#pragma once

#include <cstdint>
#include <functional>

#include "recipe/run.hpp"
#include "store/store.hpp"

namespace engine {

/// Writes the run and returns its number; the record that is kept names it under "run".
/// `beside`, where given, writes what belongs to the run in the same transaction.
std::int64_t record_run(Store& store, const RunRequest& request, const RunAnswer& answer,
                        const std::function<void(std::int64_t run_id)>& beside = {});

}  // namespace engine
