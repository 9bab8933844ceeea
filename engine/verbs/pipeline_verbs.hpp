// What is done again and again: engine update, engine retrain, engine metrics. As verbs.hpp has those
// of the other files.
#pragma once

#include <vector>

#include "verbs/verb.hpp"

namespace engine::verbs {

std::vector<Verb> update_verbs();
std::vector<Verb> metrics_verbs();

}  // namespace engine::verbs
