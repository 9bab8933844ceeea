// A LuaState for tests, and the error that a recipe ends with.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <catch2/catch.hpp>
#include <lua.hpp>

#include "core/error.hpp"
#include "lua/lua_state.hpp"

namespace test {

/// A folder of scripts that is removed at the end.
class ScriptFolder {
 public:
  explicit ScriptFolder(const std::string& name)
      : path_(std::filesystem::path(PLAYLIST_BUILD_DIR) /
              ("scripts_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScriptFolder() { std::filesystem::remove_all(path_); }
  ScriptFolder(const ScriptFolder&) = delete;
  ScriptFolder& operator=(const ScriptFolder&) = delete;

  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file, std::ios::binary) << text;
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// The error that `action` throws; fails the test when it throws none.
template <typename Action>
engine::Error error_of(Action&& action) {
  try {
    action();
  } catch (const engine::Error& error) {
    return error;
  }
  FAIL("no error came");
  throw 0;
}

inline engine::LuaLimits lua_limits(double seconds = 10, std::size_t megabytes = 256) {
  return {seconds, megabytes << 20};
}

/// The error that the recipe `text` ends with.
inline engine::Error recipe_error(const std::string& text,
                                  const engine::LuaLimits& limits = lua_limits(),
                                  const std::vector<std::string>& scripts = {}) {
  engine::LuaState lua(limits, scripts, 1);
  return error_of([&] { lua.load_recipe("recipes/x.lua", text); });
}

/// The text of the value that the recipe `text` returns.
inline std::string recipe_value(const std::string& text,
                                const std::vector<std::string>& scripts = {},
                                std::uint64_t random_seed = 1) {
  engine::LuaState lua(lua_limits(), scripts, random_seed);
  lua.load_recipe("recipes/x.lua", text);
  if (lua_isboolean(lua.raw(), -1)) return lua_toboolean(lua.raw(), -1) != 0 ? "true" : "false";
  const char* value = lua_tostring(lua.raw(), -1);
  return value == nullptr ? luaL_typename(lua.raw(), -1) : value;
}

}  // namespace test
