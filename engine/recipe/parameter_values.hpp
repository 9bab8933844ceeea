// What a recipe's parameters are set to.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace engine {

using ParameterValue = std::variant<double, bool, std::string>;

/// Parameter values by name, all of them, in the definition's order.
using ParameterValues = std::vector<std::pair<std::string, ParameterValue>>;

}  // namespace engine
