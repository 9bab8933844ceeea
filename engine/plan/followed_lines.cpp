#include "plan/followed_lines.hpp"

#include <lua.hpp>

#include "lua/lua_internal.hpp"

namespace engine {
namespace {

/// Whom the line hook tells: it runs at every line of a loop, so it looks nothing up.
thread_local NodeContext* followed = nullptr;
thread_local LuaState::State* followed_state = nullptr;

void line_hook(lua_State* lua, lua_Debug* event) {
  NodeContext& context = *followed;
  lua_getinfo(lua, "S", event);
  if (event->source[0] == '@' && context.recipe_path == event->source + 1) {
    context.recipe_line = event->currentline;
    followed_state->hooked_line = event->currentline;
  }
  // Here too, as there are lines that run for long without a tick.
  if (!followed_state->alarm.is_up()) return;
  const auto look = [](lua_State*, void* lua_state) {
    static_cast<LuaState*>(lua_state)->look_at_time();
    return 0;
  };
  guarded(lua, look, context.lua);
}

void set_compiler(lua_State* lua, bool is_on) {
  luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | (is_on ? LUAJIT_MODE_ON : LUAJIT_MODE_OFF));
}

/// Calls its upvalue with the line hook off, which costs more than the lines themselves.
int call_unfollowed(lua_State* lua) {
  const Unhooked unhooked(lua);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
  return lua_gettop(lua);
}

}  // namespace

Compiled::Compiled(const NodeContext& context) : context_(context) {
  set(true);
}
Compiled::~Compiled() {
  set(false);
}
void Compiled::set(bool is_on) const {
  if (context_.is_followed) set_compiler(context_.lua->raw(), is_on);
}

int make_unfollowed(lua_State* lua, void*) {
  luaL_checktype(lua, 1, LUA_TFUNCTION);
  lua_settop(lua, 1);
  lua_pushcclosure(lua, call_unfollowed, 1);
  return 1;
}

FollowLines::FollowLines(NodeContext& context) : context_(context) {
  lua_State* lua = context.lua->raw();
  followed = &context;
  followed_state = &state_of(lua);
  context.is_followed = true;
  lua_sethook(lua, line_hook, LUA_MASKLINE, 0);
  set_compiler(lua, false);
}
FollowLines::~FollowLines() {
  lua_State* lua = context_.lua->raw();
  set_compiler(lua, true);
  lua_sethook(lua, nullptr, 0, 0);
  context_.is_followed = false;
  followed_state->hooked_line = 0;
}

}  // namespace engine
