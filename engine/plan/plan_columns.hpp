// Which columns the candidates of each node have, as far as the plan alone tells.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lua/lua_state.hpp"
#include "plan/plan.hpp"

namespace engine {

/// Column types (PLAYLIST_F32 ...) by name.
struct PlanColumns {
  std::map<std::string, std::uint32_t> types;
  bool is_complete = true;  // false below an element that no plugin offers
};

/// The columns of every node of the plan by its id: its own, and not the library's, which every
/// formula may read.
std::vector<PlanColumns> columns_of(const Plan& plan);

/// What a formula may read over a node's candidates: `own` and, where it has no such name, the
/// library's.
PlanColumns with_library(PlanColumns own, const std::vector<FormulaColumn>& library);

}  // namespace engine
