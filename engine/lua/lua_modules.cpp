// Loading of texts: recipes, and modules found by require in the script folders and beside the
// recipe. What the core asks of the host.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <vector>

#include "lua/lua_internal.hpp"
#include "lua/source_text.hpp"

namespace engine {
namespace {

constexpr const char* kLoaded = "engine.loaded";  // registry table: name -> module value

/// The text that LuaJIT puts before the line number in messages about chunk @path.
std::string short_name(lua_State* lua, const std::string& chunk_name) {
  luaL_loadbuffer(lua, "", 0, chunk_name.c_str());
  lua_Debug info{};
  lua_getinfo(lua, ">S", &info);
  return info.short_src;
}

bool is_module_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '/';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_allowed) &&
         name.find("..") == std::string_view::npos && name.front() != '/' && name.front() != '.';
}

struct ModuleFile {
  std::string path;
  bool is_script;  // of a folder of scripts: sees setmetatable and the table `engine`
};

/// The file of a module, with no path when no folder has it.
ModuleFile find_module(const std::vector<std::string>& directories, const std::string& name) {
  const bool is_bare = name.find('/') == std::string::npos;
  for (const std::string& directory : directories) {
    const bool is_of_recipes = directory.ends_with('/');
    if (is_of_recipes && !is_bare) continue;
    std::string path = directory + (is_of_recipes ? "" : "/") + name + ".lua";
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return {std::move(path), !is_of_recipes};
  }
  return {"", false};
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Exit::kRecipe, "cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : separator) + part;
  return all;
}

[[noreturn]] void throw_not_found(const LuaState::State& state, const std::string& name) {
  std::vector<std::string> known;
  for (const std::string& directory : state.script_directories) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
      if (entry.path().extension() == ".lua") known.push_back(entry.path().stem().string());
    }
  }
  std::sort(known.begin(), known.end());
  const std::string near = nearest(name, known);
  throw Error(Exit::kRecipe, "module \"" + name + "\" not found",
              {"", "", "searched " + joined(state.script_directories, ", "),
               near.empty() ? "" : "did you mean " + near + "?"});
}

/// Notes that a module is being loaded, for as long as that takes.
class Loading {
 public:
  Loading(LuaState::State& state, const std::string& name) : loading_(state.loading) {
    if (std::find(loading_.begin(), loading_.end(), name) != loading_.end()) {
      throw Error(Exit::kRecipe, "modules require each other in a circle",
                  {"", "", joined(loading_, " -> ") + " -> " + name, ""});
    }
    loading_.push_back(name);
  }
  ~Loading() { loading_.pop_back(); }
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;

 private:
  std::vector<std::string>& loading_;
};

/// Runs the module's text; its value (true when it returns none) is on the stack then.
void load_module(lua_State* lua, LuaState::State& state, const std::string& name) {
  const auto [path, is_script] = find_module(state.script_directories, name);
  if (path.empty()) throw_not_found(state, name);
  const Loading loading(state, name);
  std::string text = read_text(path);
  state.load_chunk(path, text);
  state.modules.emplace_back(path, std::move(text));
  push_core(lua, "environment");
  lua_pushboolean(lua, is_script ? 1 : 0);
  lua_call(lua, 1, 1);
  lua_setfenv(lua, -2);
  push_core(lua, "tick");
  {
    const Unhooked unhooked(lua);
    const ClockScope running(state.clock, true);
    lua_call(lua, 1, 1);
  }
  if (lua_isnil(lua, -1)) {
    lua_pop(lua, 1);
    lua_pushboolean(lua, 1);
  }
}

int require_module(lua_State* lua, void*) {
  LuaState::State& state = state_of(lua);
  std::size_t length = 0;
  const char* given = luaL_checklstring(lua, 1, &length);
  std::string name(given, length);
  if (!is_module_name(name)) {
    throw Error(Exit::kRecipe, "a module cannot be called \"" + name + "\"",
                {"", "", "names hold a-z, 0-9, _ and /", ""});
  }
  std::replace(name.begin(), name.end(), '.', '/');
  luaL_findtable(lua, LUA_REGISTRYINDEX, kLoaded, 1);
  lua_getfield(lua, -1, name.c_str());
  if (!lua_isnil(lua, -1)) return 1;
  lua_pop(lua, 1);
  load_module(lua, state, name);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -3, name.c_str());
  return 1;
}

std::string text_argument(lua_State* lua, int index) {
  return lua_isstring(lua, index) != 0 ? lua_tostring(lua, index) : "";
}

int fail(lua_State* lua, void*) {
  throw Error(Exit::kRecipe, text_argument(lua, 1),
              {"", "", text_argument(lua, 2), text_argument(lua, 3)});
}

int nearest_of_list(lua_State* lua, void*) {
  std::vector<std::string> known;
  for (int i = 1; i <= static_cast<int>(lua_objlen(lua, 2)); ++i) {
    lua_rawgeti(lua, 2, i);
    known.push_back(text_argument(lua, -1));
    lua_pop(lua, 1);
  }
  const std::string near = nearest(text_argument(lua, 1), known);
  if (near.empty()) return 0;
  lua_pushlstring(lua, near.data(), near.size());
  return 1;
}

int print(lua_State* lua, void*) {
  LuaState::State& state = state_of(lua);
  state.owner->note_effect();
  state.print(text_argument(lua, 1));
  return 0;
}

int slow_tick(lua_State* lua, void*) {
  state_of(lua).look_at_time();
  return 0;
}

int keys_without_order(lua_State* lua, void*) {
  throw Error(Exit::kRecipe,
              std::string("a table with several keys of type ") + text_argument(lua, 1) +
                  " cannot be walked over",
              {"", "",
               "such keys have no order, nor do their values, so the list would differ from run to "
               "run",
               "use texts or numbers as keys, or keep the things in a list"});
}

/// A text as it is told of in errors, and as it is run.
struct ReadableText {
  std::string text, source, ticked;
};

/// Made once for the recipe and the few modules that a batch loads anew for every list.
std::shared_ptr<const ReadableText> readable_text(std::string_view text) {
  constexpr std::size_t kMost = 16;
  static std::mutex mutex;
  static std::vector<std::shared_ptr<const ReadableText>> known;
  const std::lock_guard lock(mutex);
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const auto& one) { return one->text == text; });
  if (found != known.end()) return *found;
  std::string source = with_plain_line_ends(text);
  std::string ticked = add_ticks(source);
  if (known.size() == kMost) known.erase(known.begin());
  known.push_back(std::make_shared<const ReadableText>(
      ReadableText{std::string(text), std::move(source), std::move(ticked)}));
  return known.back();
}

}  // namespace

int load_source(lua_State* lua, std::string_view text, const std::string& chunk_name) {
  struct Compiled {
    std::string chunk_name, text, code;
  };
  // A batch runs the same few chunks for every user; a watcher sees a recipe change for hours.
  constexpr std::size_t kMost = 64;
  static std::mutex mutex;
  static std::vector<Compiled> known;
  const std::lock_guard lock(mutex);
  const auto is_this = [&](const Compiled& chunk) {
    return chunk.text == text && chunk.chunk_name == chunk_name;
  };
  auto found = std::find_if(known.begin(), known.end(), is_this);
  if (found == known.end()) {
    const int status = luaL_loadbufferx(lua, text.data(), text.size(), chunk_name.c_str(), "t");
    if (status != 0) return status;
    Compiled made{chunk_name, std::string(text), ""};
    const auto append = [](lua_State*, const void* bytes, std::size_t size, void* to) {
      static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
      return 0;
    };
    const int is_failed = lua_dump(lua, append, &made.code);
    if (is_failed != 0) return 0;  // what stands on the stack does as well
    lua_pop(lua, 1);
    if (known.size() == kMost) known.erase(known.begin());
    found = known.insert(known.end(), std::move(made));
  }
  return luaL_loadbufferx(lua, found->code.data(), found->code.size(), chunk_name.c_str(), "b");
}

void LuaState::State::load_chunk(const std::string& path, std::string_view text) {
  if (!text.empty() && text.front() == '\x1b') {
    throw Error(Exit::kRecipe, "compiled Lua is not accepted, only source text",
                {path, "", "", ""});
  }
  if (text.size() > kMostSourceBytes) {
    throw Error(Exit::kRecipe, "the file has " + std::to_string(text.size()) + " bytes",
                {path, "", "at most " + std::to_string(kMostSourceBytes) + " are read", ""});
  }
  const std::string chunk_name = "@" + path;
  const std::shared_ptr<const ReadableText> readable = readable_text(text);
  chunks[short_name(lua, chunk_name)] = {path, readable->source};
  if (load_source(lua, readable->ticked, chunk_name) == 0) return;
  // The same mistake told without ticks in the way; a first line of #! is not Lua to the parser.
  const bool is_script = readable->source.starts_with('#');
  const std::string plain = (is_script ? "--" : "") + readable->source;
  if (luaL_loadbufferx(lua, plain.data(), plain.size(), chunk_name.c_str(), "t") != 0) {
    lua_remove(lua, -2);
  } else {
    lua_pop(lua, 1);
  }
  rethrow(LUA_ERRSYNTAX);
}

int lua_require(lua_State* lua) {
  return entry<require_module>(lua);
}

void push_host(lua_State* lua) {
  lua_newtable(lua);
  const luaL_Reg functions[] = {{"fail", entry<fail>},
                                {"nearest", entry<nearest_of_list>},
                                {"print", entry<print>},
                                {"slow_tick", entry<slow_tick>},
                                {"keys_without_order", entry<keys_without_order>},
                                {"require", lua_require}};
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  for (const auto& [library, name] :
       {std::pair{LUA_STRLIBNAME, "gsub"}, {LUA_STRLIBNAME, "format"}, {LUA_TABLIBNAME, "sort"}}) {
    lua_getglobal(lua, library);
    lua_getfield(lua, -1, name);
    lua_remove(lua, -2);
    lua_pushcclosure(lua, lua_call_deeper, 1);
    lua_setfield(lua, -2, name);
  }
  LuaState::State& state = state_of(lua);
  lua_pushlightuserdata(lua, &state.alarm);
  lua_setfield(lua, -2, "alarm");
  int (*is_up)(const void*) = LuaAlarm::is_up;
  lua_pushlightuserdata(lua, reinterpret_cast<void*>(is_up));
  lua_setfield(lua, -2, "alarm_is_up");
  lua_pushlightuserdata(lua, &state.binding.number);
  lua_setfield(lua, -2, "binding");
  lua_pushnumber(lua, static_cast<double>(state.random_seed >> 11));
  lua_setfield(lua, -2, "random_seed");
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state.engine_table);
  lua_setfield(lua, -2, "engine");
  add_formula_functions(lua);
}

}  // namespace engine
