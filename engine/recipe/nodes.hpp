// The table `engine` that scripts/playlist.lua builds plans with, and the opaque node values
// recipes hold.
#pragma once

#include <string>
#include <vector>

#include "recipe/evaluate.hpp"
#include "recipe/lua_state.hpp"
#include "recipe/plan.hpp"

namespace engine {

/// What the Lua functions work on. Outlives the Lua state's use of them.
struct NodeContext {
  LuaState* lua = nullptr;
  const Registry* registry = nullptr;
  Plan* plan = nullptr;
  Evaluation* evaluation = nullptr;  // nullptr: nothing may be looked at (engine check)
  std::string recipe_path;
  std::vector<std::string> recipe_lines;
  int recipe_line = 0;  // the recipe line that ran last

  [[nodiscard]] std::string where() const;
  [[nodiscard]] std::string source_line() const;
};

/// Registers engine.node, methods, elements, check_element, rows, nearest and fail.
void register_nodes(NodeContext& context);

/// Follows the recipe's lines while it builds. Line hooks see tail calls too (`return
/// candidates:order(...)`), which the call stack does not. Off while nodes are evaluated, as hooks
/// keep formulas from compiled code.
class FollowLines {
 public:
  explicit FollowLines(NodeContext& context);
  ~FollowLines();
  FollowLines(const FollowLines&) = delete;
  FollowLines& operator=(const FollowLines&) = delete;

 private:
  NodeContext& context_;
};

/// The node id of the value at `index`, or -1.
int node_at(lua_State* state, int index);

}  // namespace engine
