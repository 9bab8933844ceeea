// Opens the artifact of a version that the store knows.
#pragma once

#include <memory>

#include "models/artifact.hpp"
#include "models/models.hpp"

namespace engine {

/// Throws Error(kStore), naming the model, what is wrong and how to train it again, when its files
/// are damaged or others than the store knows.
std::shared_ptr<const Artifact> open_version(const ModelVersion& version);

}  // namespace engine
