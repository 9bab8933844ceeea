// A function of a recipe on the Lua stack, for as long as a scope lasts.
#pragma once

#include <lua.hpp>

namespace engine {

/// Pushes the function that the registry holds under `reference`; pops it on leaving.
class PushedFunction {
 public:
  PushedFunction(lua_State* lua, int reference) : lua_(lua) {
    lua_rawgeti(lua, LUA_REGISTRYINDEX, reference);
  }
  ~PushedFunction() { lua_pop(lua_, 1); }
  PushedFunction(const PushedFunction&) = delete;
  PushedFunction& operator=(const PushedFunction&) = delete;
  [[nodiscard]] int index() const { return lua_gettop(lua_); }

 private:
  lua_State* lua_;
};

}  // namespace engine
