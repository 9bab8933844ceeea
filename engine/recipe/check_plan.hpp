// What is wrong with a plan that a recipe built, found without evaluating it.
#pragma once

#include <functional>
#include <vector>

#include "data/tables.hpp"
#include "lua/lua_state.hpp"
#include "plan/plan.hpp"
#include "recipe/check.hpp"

namespace engine {

/// Tells `found` of every mistake: columns that formulas, weights and elements name and that are
/// not there, verbs used where they cannot be, shares that do not add up, steps whose result
/// nothing uses. `looked_at` are nodes that build() asked about. Formulas run on one made-up row.
/// `library_at_hand`: for warnings of tags and playlists that are not there; nullptr for none.
void check_plan(const Plan& plan, const std::vector<FormulaColumn>& library, LuaState& lua,
                const std::vector<int>& looked_at, const std::function<void(Problem)>& found,
                const Tables* library_at_hand);

}  // namespace engine
