// Making a version of a model known to the store, together with what else goes with it.
#pragma once

#include <cstdint>
#include <functional>

#include "models/models.hpp"

namespace engine {

/// add_model(), where `also` is called in the same transaction.
std::int64_t add_version(Store& store, const ModelVersion& version, int kept,
                         const std::function<void(Store&, const ModelVersion&)>& also);

}  // namespace engine
