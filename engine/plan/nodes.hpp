// The table `engine` that scripts/playlist.lua builds plans with, and the opaque node values
// recipes hold.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/local_time.hpp"
#include "lua/lua_state.hpp"
#include "plan/evaluate.hpp"
#include "plan/plan.hpp"

namespace engine {

/// What `engine check` hears while a recipe loads and builds. A run has none.
struct BuildObserver {
  /// A mistake after which building goes on, so that all of a recipe's mistakes are told at once.
  std::function<void(const Error&)> on_problem;
  std::function<void(const std::string& parameter)> on_parameter_read;
  std::function<void(const std::string& field)> on_now_read;  // now.hour ...
  std::optional<Moment> supposed_now = {};                    // what build() gets as `now`
  /// build() asks for a node's size or rows. It gets `pretended_size` and no rows.
  std::function<void(int node, bool is_for_rows)> on_look;
  std::size_t pretended_size = 0;
};

/// What the Lua functions work on. Outlives the Lua state's use of them.
struct NodeContext {
  LuaState* lua = nullptr;
  const Registry* registry = nullptr;
  Plan* plan = nullptr;
  Evaluation* evaluation = nullptr;         // nullptr: nothing is there to look at (engine check)
  const BuildObserver* observer = nullptr;  // set by engine check
  std::string recipe_path;
  std::vector<std::string> recipe_lines;
  int recipe_line = 0;       // the recipe line that ran last while it loaded or was built
  bool is_followed = false;  // by FollowLines

  /// The recipe's line that runs: in a formula, whose lines no hook follows, its own.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] std::string source_line() const;

 private:
  [[nodiscard]] int line() const;
};

/// Registers engine.node, methods, steps, elements, check_element, rows, nearest, fail, problem,
/// parameter_read, now_read, where and unfollowed.
void register_nodes(NodeContext& context);

/// The node id of the value at `index`, or -1.
int node_at(lua_State* state, int index);

}  // namespace engine
