// A run's answer as bytes, for the way from a worker to its supervisor.
#pragma once

#include <string>

#include "recipe/run.hpp"

namespace engine {

/// All but the outputs, which are large and go as they are.
std::string pack_answer(const RunAnswer& answer);
RunAnswer unpack_answer(const std::string& bytes);

}  // namespace engine
