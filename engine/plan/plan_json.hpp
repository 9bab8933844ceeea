// A plan for programs: engine plan --json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "plan/plan.hpp"

namespace engine {

/// {"output": its node, "nodes": [{"node", "step", "label", "where", "inputs", "branches",
/// "arguments", "weights", "formula_at"}]}: what the output hangs on, inputs before users. An
/// argument that is candidates is {"node": N}; one that stands without its name is called "1".
nlohmann::ordered_json plan_json(const Plan& plan);

}  // namespace engine
