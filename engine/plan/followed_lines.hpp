// Which line of a recipe runs, while it is loaded and built.
#pragma once

#include "plan/nodes.hpp"

struct lua_State;

namespace engine {

/// Follows the recipe's lines while it builds. Line hooks see tail calls too (`return
/// candidates:order(...)`), which the call stack does not. Lua is not compiled meanwhile: what runs
/// once is sooner done than compiled. While nodes are evaluated it is, and no line is followed, nor
/// in functions of engine.unfollowed.
class FollowLines {
 public:
  explicit FollowLines(NodeContext& context);
  ~FollowLines();
  FollowLines(const FollowLines&) = delete;
  FollowLines& operator=(const FollowLines&) = delete;

 private:
  NodeContext& context_;
};

/// The compiler is on for as long as this lives, though lines are followed.
class Compiled {
 public:
  explicit Compiled(const NodeContext& context);
  ~Compiled();
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

 private:
  void set(bool is_on) const;
  const NodeContext& context_;
};

/// engine.unfollowed: a function that calls the one given with the line hook off.
int make_unfollowed(lua_State* lua, void*);

}  // namespace engine
