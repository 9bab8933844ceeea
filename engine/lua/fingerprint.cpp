#include "lua/fingerprint.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include <lua.hpp>

#include "lua/lua_internal.hpp"

namespace engine {
namespace {

constexpr int kMostValues = 20'000;

/// Walks values depth first. What was met before is told by the number it had then.
class Walk {
 public:
  explicit Walk(lua_State* lua) : lua_(lua) { name_engine_functions(); }

  /// The value on top of the stack; leaves it there. False when it cannot be told.
  bool add() {
    if (++count_ > kMostValues || lua_checkstack(lua_, 20) == 0) return false;
    switch (lua_type(lua_, -1)) {
      case LUA_TNIL:
        bytes_ += 'n';
        return true;
      case LUA_TBOOLEAN:
        bytes_ += lua_toboolean(lua_, -1) != 0 ? 't' : 'f';
        return true;
      case LUA_TNUMBER:
        add_number(lua_tonumber(lua_, -1));
        return true;
      case LUA_TSTRING:
        add_text();
        return true;
      case LUA_TTABLE:
        return was_met() || add_table();
      case LUA_TFUNCTION:
        return was_met() || add_function();
      case LUA_TLIGHTUSERDATA:  // the engine's own pointers
        bytes_ += 'l';
        return true;
      default:
        return false;
    }
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  /// The engine's own functions go by their names; a recipe that puts another in their place is
  /// found out by that.
  void name_engine_functions() {
    push_core(lua_, "environment");
    lua_pushboolean(lua_, 1);
    lua_call(lua_, 1, 1);
    name_functions_of("");
    lua_pop(lua_, 1);
    push_core(lua_, "tick");
    names_[lua_topointer(lua_, -1)] = "tick";
    lua_pop(lua_, 1);
  }
  void name_functions_of(const std::string& prefix) {
    for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; lua_pop(lua_, 1)) {
      if (lua_type(lua_, -2) != LUA_TSTRING) continue;
      const std::string name = prefix + lua_tostring(lua_, -2);
      if (lua_isfunction(lua_, -1)) names_.emplace(lua_topointer(lua_, -1), name);
      if (lua_istable(lua_, -1) && prefix.empty()) name_functions_of(name + ".");
    }
  }

  void add_number(double number) {
    bytes_ += 'd';
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void add_text() {
    std::size_t length = 0;
    const char* text = lua_tolstring(lua_, -1, &length);
    bytes_ += 's' + std::to_string(length) + ':';
    bytes_.append(text, length);
  }

  bool was_met() {
    const void* value = lua_topointer(lua_, -1);
    if (const auto name = names_.find(value); name != names_.end()) {
      bytes_ += 'e' + name->second + ';';
      return true;
    }
    const auto [met, is_new] = met_.emplace(value, met_.size());
    if (!is_new) bytes_ += 'm' + std::to_string(met->second) + ';';
    return !is_new;
  }

  bool add_table() { return add_entries() && add_metatable(); }

  /// Entries by key: numbers first, then texts, then true and false.
  bool add_entries() {
    bytes_ += '{';
    std::vector<double> numbers;
    std::vector<std::string> texts;
    std::vector<bool> flags;
    for (lua_pushnil(lua_); lua_next(lua_, -2) != 0;) {
      lua_pop(lua_, 1);
      switch (lua_type(lua_, -1)) {
        case LUA_TNUMBER:
          numbers.push_back(lua_tonumber(lua_, -1));
          break;
        case LUA_TSTRING: {
          std::size_t length = 0;
          const char* text = lua_tolstring(lua_, -1, &length);
          texts.emplace_back(text, length);
          break;
        }
        case LUA_TBOOLEAN:
          flags.push_back(lua_toboolean(lua_, -1) != 0);
          break;
        default:
          lua_pop(lua_, 1);
          return false;
      }
    }
    std::sort(numbers.begin(), numbers.end());
    std::sort(texts.begin(), texts.end());
    std::sort(flags.begin(), flags.end());
    bool is_told = true;
    for (const double key : numbers) {
      lua_pushnumber(lua_, key);
      is_told = is_told && add_entry();
    }
    for (const std::string& key : texts) {
      lua_pushlstring(lua_, key.data(), key.size());
      is_told = is_told && add_entry();
    }
    for (const bool key : flags) {
      lua_pushboolean(lua_, key ? 1 : 0);
      is_told = is_told && add_entry();
    }
    bytes_ += '}';
    return is_told;
  }

  /// The key is on top, its table below; takes the key off.
  bool add_entry() {
    const bool is_told = add();
    lua_rawget(lua_, -2);
    const bool both = is_told && add();
    lua_pop(lua_, 1);
    return both;
  }

  bool add_metatable() {
    if (lua_getmetatable(lua_, -1) == 0) return true;
    const bool is_told = add();
    lua_pop(lua_, 1);
    return is_told;
  }

  bool add_function() {
    if (lua_iscfunction(lua_, -1) != 0) {
      // Workers are forks of one process, so that an address means the same in all of them.
      const lua_CFunction function = lua_tocfunction(lua_, -1);
      if (function == nullptr) return false;
      bytes_ += 'c' + std::to_string(reinterpret_cast<std::uintptr_t>(function)) + ';';
    } else {
      bytes_ += 'F';
      push_core(lua_, "code");
      lua_pushvalue(lua_, -2);
      lua_call(lua_, 1, 1);
      add_text();
      lua_pop(lua_, 1);
      // An environment's metatable is the engine's; names in it, a recipe may have changed.
      lua_getfenv(lua_, -1);
      const bool is_told = was_met() || add_entries();
      lua_pop(lua_, 1);
      if (!is_told) return false;
    }
    for (int k = 1; lua_getupvalue(lua_, -1, k) != nullptr; ++k) {
      const bool is_told = add();
      lua_pop(lua_, 1);
      if (!is_told) return false;
    }
    return true;
  }

  lua_State* lua_;
  std::string bytes_;
  std::map<const void*, std::string> names_;
  std::map<const void*, std::size_t> met_;
  int count_ = 0;
};

}  // namespace

std::optional<std::string> function_fingerprint(LuaState& lua, int reference) {
  LuaState::State& state = state_of(lua.raw());
  std::optional<std::string> fingerprint;
  state.protect(0, 0, [&](lua_State* raw) {
    lua_rawgeti(raw, LUA_REGISTRYINDEX, reference);
    Walk walk(raw);
    const int top = lua_gettop(raw);
    if (walk.add()) fingerprint = walk.take();
    lua_settop(raw, top - 1);
    return 0;
  });
  return fingerprint;
}

}  // namespace engine
