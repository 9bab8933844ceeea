// What a Lua function does, as bytes: equal bytes, equal function.
#pragma once

#include <optional>
#include <string>

#include "lua/lua_state.hpp"

namespace engine {

/// The function's code without its place in a file, and all that it can reach: upvalues and its
/// environment, through tables, metatables and other functions. Nothing where that cannot be told:
/// it reaches candidates, a coroutine or more than some thousand values. Registry reference, not
/// stack index.
std::optional<std::string> function_fingerprint(LuaState& lua, int reference);

}  // namespace engine
