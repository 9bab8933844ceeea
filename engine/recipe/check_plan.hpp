// What is wrong with a plan that a recipe built, found without evaluating it.
#pragma once

#include <functional>
#include <vector>

#include "data/tables.hpp"
#include "lua/lua_state.hpp"
#include "plan/plan.hpp"
#include "recipe/check.hpp"

namespace engine {

/// What only a library can tell is there: tags, playlists, people. Warnings are told of what is not.
struct LibraryAtHand {
  const Tables* tables = nullptr;          // nullptr: none
  const std::vector<std::string>& people;  // by name; none where they are not known
};

/// Tells `found` of every mistake: columns that formulas, weights and elements name and that are
/// not there, verbs used where they cannot be, shares that do not add up, steps whose result
/// nothing uses. `looked_at` are nodes that build() asked about. Formulas run on one made-up row.
void check_plan(const Plan& plan, const std::vector<FormulaColumn>& library, LuaState& lua,
                const std::vector<int>& looked_at, const std::function<void(Problem)>& found,
                const LibraryAtHand& at_hand);

}  // namespace engine
