// Plain data between Lua and JSON.
#pragma once

#include <lua.hpp>
#include <nlohmann/json_fwd.hpp>

namespace engine {

/// Pushes the value: objects and arrays as tables, null as nil. To be called protected.
void push_json(lua_State* lua, const nlohmann::ordered_json& value);

/// The value at `index`: tables with the keys 1..n as arrays, others as objects by sorted names (an
/// empty table is an empty object). Throws Error(kRecipe) for functions and other things that are
/// no data, naming their place, and for more than 30 levels.
nlohmann::ordered_json json_at(lua_State* lua, int index);

}  // namespace engine
