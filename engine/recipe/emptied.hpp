// Why a list has no tracks: the steps of its recipe that the last candidates did not get past.
#pragma once

#include <string>
#include <vector>

#include "plan/evaluate.hpp"

namespace engine {

/// A sentence each, inputs before users; none where a plugin's element has said itself that it has
/// no data. `evaluation` has run its plan's output, which has no rows.
std::vector<std::string> what_emptied(const Evaluation& evaluation);

}  // namespace engine
