#include "recipe_test/lua_json.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 30;

Json value_at(lua_State* lua, int index, const std::string& place, int depth);

Json table_at(lua_State* lua, int index, const std::string& place, int depth) {
  const std::size_t length = lua_objlen(lua, index);
  if (length > 0) {
    Json array = Json::array();
    for (std::size_t i = 1; i <= length; ++i) {
      lua_rawgeti(lua, index, static_cast<int>(i));
      array.push_back(value_at(lua, lua_gettop(lua), place + "[" + std::to_string(i) + "]", depth));
      lua_pop(lua, 1);
    }
    // { "A", days_ago = 3 }: a list with names as well.
    Json named = Json::object();
    for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
      if (lua_type(lua, -2) != LUA_TSTRING) continue;
      const std::string name = lua_tostring(lua, -2);
      named[name] = value_at(lua, lua_gettop(lua), place + "." + name, depth);
    }
    if (named.empty()) return array;
    for (std::size_t i = 0; i < array.size(); ++i) named[std::to_string(i + 1)] = array[i];
    return named;
  }
  std::vector<std::pair<std::string, Json>> fields;
  for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
    lua_pushvalue(lua, -2);
    const std::string name = lua_isstring(lua, -1) != 0 ? lua_tostring(lua, -1) : "?";
    lua_pop(lua, 1);
    fields.emplace_back(name, value_at(lua, lua_gettop(lua), place + "." + name, depth));
  }
  std::sort(fields.begin(), fields.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Json object = Json::object();
  for (auto& [name, value] : fields) object[name] = std::move(value);
  return object;
}

Json value_at(lua_State* lua, int index, const std::string& place, int depth) {
  if (depth > kDeepest || lua_checkstack(lua, 8) == 0)
    throw Error(Exit::kRecipe, place + " holds more than " + std::to_string(kDeepest) + " levels");
  switch (lua_type(lua, index)) {
    case LUA_TNIL:
      return nullptr;
    case LUA_TBOOLEAN:
      return lua_toboolean(lua, index) != 0;
    case LUA_TNUMBER: {
      const double number = lua_tonumber(lua, index);
      if (number == std::floor(number) && std::abs(number) < 9e15)
        return static_cast<std::int64_t>(number);
      return number;
    }
    case LUA_TSTRING: {
      std::size_t length = 0;
      const char* text = lua_tolstring(lua, index, &length);
      return std::string(text, length);
    }
    case LUA_TTABLE:
      return table_at(lua, index, place, depth + 1);
    default:
      throw Error(Exit::kRecipe, place + " is a " + luaL_typename(lua, index) +
                                     ", where only texts, numbers and tables can be");
  }
}

}  // namespace

void push_json(lua_State* lua, const Json& value) {
  luaL_checkstack(lua, 4, "JSON");
  if (value.is_boolean()) return lua_pushboolean(lua, value.get<bool>() ? 1 : 0);
  if (value.is_number()) return lua_pushnumber(lua, value.get<double>());
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return lua_pushlstring(lua, text.data(), text.size());
  }
  if (value.is_null()) return lua_pushnil(lua);
  lua_newtable(lua);
  int place = 0;
  for (const auto& [name, item] : value.items()) {
    push_json(lua, item);
    if (value.is_array())
      lua_rawseti(lua, -2, ++place);
    else
      lua_setfield(lua, -2, name.c_str());
  }
}

Json json_at(lua_State* lua, int index) {
  return value_at(lua, index, "the table", 0);
}

}  // namespace engine
