// What is asked of a formula about one row, and what all uses of formulas share. Running one over
// many rows is prepared_formula.cpp.
#include "lua/formula.hpp"

#include "playlist/plugin.h"

#include <algorithm>
#include <cmath>

#include "lua/prepared_formula.hpp"
#include "lua/text_bounds.hpp"

namespace engine {
namespace {

using Typical = std::function<double(const FormulaColumn&)>;

/// typical(name): the replacement for a number or flag column, nil for others.
int typical_value(lua_State* lua, void* context) {
  const auto& typical = *static_cast<const Typical*>(context);
  const char* name = lua_tostring(lua, 1);
  for (const FormulaColumn& column : *state_of(lua).binding.columns) {
    if (column.name != name || column.type == PLAYLIST_STRING || column.type == kTagColumn)
      continue;
    const double value = typical(column);
    if (std::isnan(value)) return 0;
    if (column.type == PLAYLIST_U8) {
      lua_pushboolean(lua, value >= 0.5 ? 1 : 0);
    } else {
      lua_pushnumber(lua, value);
    }
    return 1;
  }
  return 0;
}

int typical_entry(lua_State* lua) {
  return guarded(lua, typical_value, lua_touserdata(lua, lua_upvalueindex(1)));
}

}  // namespace

int absolute(lua_State* lua, int index) {
  return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(lua) + index + 1;
}

std::string text_of(LuaState::State& state, int function) {
  lua_Debug info{};
  lua_pushvalue(state.lua, function);
  lua_getinfo(state.lua, ">S", &info);
  std::string text;
  const auto chunk = state.chunks.find(std::string_view(info.short_src));
  if (chunk == state.chunks.end()) return text;
  for (int line = info.linedefined; line <= info.lastlinedefined; ++line) {
    text += chunk->second.line(line) + "\n";
  }
  return text;
}

void LuaState::score(int function, const std::vector<FormulaColumn>& columns,
                     const std::int32_t* tracks, std::int64_t rows, float* out) {
  if (rows == 0) return;
  PreparedFormula(*this, function, FormulaResult::kNumber, columns).run(columns, tracks, rows, out);
}

void LuaState::filter(int function, const std::vector<FormulaColumn>& columns,
                      const std::int32_t* tracks, std::int64_t rows, std::uint8_t* keep) {
  if (rows == 0) return;
  PreparedFormula(*this, function, FormulaResult::kTruth, columns).run(columns, tracks, rows, keep);
}

std::string LuaState::lines_of(int index) const {
  return text_of(*state_, absolute(state_->lua, index));
}

std::string LuaState::text(int function, const std::vector<FormulaColumn>& columns,
                           const std::int32_t* tracks, std::int64_t row) {
  function = absolute(state_->lua, function);
  const BindingScope bound(*state_, {&columns, tracks, row + 1, defined_at(function)});
  state_->check_time();
  std::string text;
  lua_pushvalue(state_->lua, function);
  state_->protect(1, 0, [&](lua_State* lua) {
    push_core(lua, "text");
    lua_pushvalue(lua, 1);
    lua_pushnumber(lua, static_cast<double>(row));
    lua_call(lua, 2, 1);
    if (lua_isstring(lua, -1) == 0) {
      const std::string returned =
          lua_isnil(lua, -1) ? "nothing" : std::string("a ") + luaL_typename(lua, -1);
      throw Error(Exit::kRecipe, "the function gave no text for " + row_name(state_->binding, row),
                  {state_->binding.defined_at, "", "it returned " + returned, ""});
    }
    std::size_t length = 0;
    const char* bytes = lua_tolstring(lua, -1, &length);
    check_text("the text for " + row_name(state_->binding, row), length, kMostExplanationBytes,
               state_->binding.defined_at, "");
    text.assign(bytes, length);
    return 0;
  });
  return text;
}

std::vector<LuaState::Contribution> LuaState::contributions(
    int function, const std::vector<FormulaColumn>& columns, const std::int32_t* tracks,
    std::int64_t row, const std::function<double(const FormulaColumn&)>& typical) {
  function = absolute(state_->lua, function);
  const BindingScope bound(*state_, {&columns, tracks, row + 1, defined_at(function)});
  std::vector<Contribution> found;
  lua_pushvalue(state_->lua, function);
  state_->protect(1, 0, [&](lua_State* lua) {
    push_core(lua, "contributions");
    lua_pushvalue(lua, 1);
    lua_pushnumber(lua, static_cast<double>(row));
    lua_pushlightuserdata(lua, const_cast<Typical*>(&typical));
    lua_pushcclosure(lua, typical_entry, 1);
    lua_call(lua, 3, 1);
    for (int i = 1; i <= static_cast<int>(lua_objlen(lua, -1)); ++i) {
      lua_rawgeti(lua, -1, i);
      lua_rawgeti(lua, -1, 1);
      lua_rawgeti(lua, -2, 2);
      found.push_back({lua_tostring(lua, -2), lua_tonumber(lua, -1)});
      lua_pop(lua, 3);
    }
    return 0;
  });
  std::sort(found.begin(), found.end(), [](const Contribution& a, const Contribution& b) {
    const double left = std::fabs(a.delta), right = std::fabs(b.delta);
    return left != right ? left > right : a.column < b.column;
  });
  return found;
}

}  // namespace engine
