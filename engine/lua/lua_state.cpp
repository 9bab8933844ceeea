// A LuaJIT state with its limits: creation, loading, calls. Errors: lua_errors.cpp; require:
// lua_modules.cpp; formulas: formula*.cpp; the sandbox itself: core.lua.
#include "lua/lua_state.hpp"

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "lua/lua_internal.hpp"

namespace engine {

extern const std::string_view kLuaCore;

namespace {

const char kStateKey = 0;  // its address is the registry key

/// LuaJIT's own allocator up to the limit; beyond it "not enough memory" is raised.
void* capped_allocate(void* data, void* block, std::size_t old_size, std::size_t new_size) {
  auto& state = *static_cast<LuaState::State*>(data);
  if (new_size > old_size && state.allocated + (new_size - old_size) > state.limits.memory_bytes) {
    return nullptr;
  }
  void* moved = state.allocate(state.allocate_data, block, old_size, new_size);
  if (moved != nullptr || new_size == 0) state.allocated += new_size - old_size;
  return moved;
}

/// Errors outside any protected call; in practice the memory limit.
int on_panic(lua_State* lua) {
  const char* text = lua_tostring(lua, -1);
  throw Error(Exit::kLimits, std::string("the recipe stopped: ") + (text ? text : "no message"));
}

int run_trampoline(lua_State* lua) {
  const auto* body = static_cast<const std::function<int(lua_State*)>*>(lua_touserdata(lua, 1));
  lua_remove(lua, 1);
  try {
    return (*body)(lua);
  } catch (const Error& error) {
    state_of(lua).keep(error);
  } catch (const std::exception& error) {
    state_of(lua).keep(Error(Exit::kRecipe, error.what()));
  }
  return lua_error(lua);
}

void open_library(lua_State* lua, const char* name, lua_CFunction open) {
  lua_pushcfunction(lua, open);
  lua_pushstring(lua, name);
  lua_call(lua, 1, 0);
}

/// Only what core.lua needs: no io, os, package or debug.
void open_libraries(lua_State* lua) {
  open_library(lua, "", luaopen_base);
  open_library(lua, LUA_MATHLIBNAME, luaopen_math);
  open_library(lua, LUA_STRLIBNAME, luaopen_string);
  open_library(lua, LUA_TABLIBNAME, luaopen_table);
  open_library(lua, LUA_BITLIBNAME, luaopen_bit);
  open_library(lua, LUA_JITLIBNAME, luaopen_jit);
  lua_pushcfunction(lua, luaopen_ffi);
  lua_call(lua, 0, 1);
  lua_setglobal(lua, "require_ffi");
}

int open_core(lua_State* lua) {
  LuaState::State& state = state_of(lua);
  open_libraries(lua);
  lua_newtable(lua);
  state.engine_table = luaL_ref(lua, LUA_REGISTRYINDEX);
  if (load_source(lua, kLuaCore, "=(engine)") != 0) {
    return lua_error(lua);
  }
  push_host(lua);
  lua_call(lua, 1, 1);
  state.core = luaL_ref(lua, LUA_REGISTRYINDEX);
  return 0;
}

// ---- telling the line from a signal's handler: no memory is taken, nothing is locked

sigjmp_buf walk_failed;

void leave_walk(int) {
  siglongjmp(walk_failed, 1);
}

void append(char* to, std::size_t size, const char* text) {
  const std::size_t used = std::strlen(to), length = std::min(std::strlen(text), size - used - 1);
  std::memcpy(to + used, text, length);
  to[used + length] = 0;
}

void append_number(char* to, std::size_t size, int number) {
  char digits[16] = {};
  std::size_t at = sizeof digits - 1;
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0 && at > 0);
  append(to, size, digits + at);
}

/// "path:line" of the innermost recipe or script line. Inside a C function, which is where it is
/// asked, the frames stand as they are; in compiled code they may not, and reading them may fail. A
/// tail call leaves no frame: then the line that the hook saw last, or the formula's.
template <std::size_t size>
void find_line(const LuaState::State& state, char (&where)[size]) {
  if (!state.binding.defined_at.empty()) {
    append(where, size, state.binding.defined_at.c_str());
  } else {
    append(where, size, state.recipe_path.c_str());
    if (state.hooked_line > 0) {
      append(where, size, ":");
      append_number(where, size, state.hooked_line);
    }
  }
  struct sigaction leave {
  }, before{};
  leave.sa_handler = leave_walk;
  ::sigemptyset(&leave.sa_mask);
  ::sigaction(SIGSEGV, &leave, &before);
  if (sigsetjmp(walk_failed, 1) == 0) {
    lua_Debug frame{};
    for (int level = 0; level < 200 && lua_getstack(state.lua, level, &frame) != 0; ++level) {
      lua_getinfo(state.lua, "Sl", &frame);
      // Below the engine's own Lua that calls a formula stands whoever asked for its candidates.
      const bool is_engines = frame.source[0] == '=' && std::strcmp(frame.source, "=[C]") != 0;
      if (is_engines && !state.binding.defined_at.empty()) break;
      if (frame.source[0] != '@' || frame.currentline <= 0) continue;
      where[0] = 0;
      append(where, size, frame.source + 1);
      append(where, size, ":");
      append_number(where, size, frame.currentline);
      break;
    }
  }
  ::sigaction(SIGSEGV, &before, nullptr);
}

std::string over_text(const LuaLimits& limits) {
  char text[64];
  std::snprintf(text, sizeof text, "stopped: the recipe ran longer than %g s", limits.seconds);
  return text;
}

}  // namespace

LuaState::State& state_of(lua_State* lua) {
  lua_pushlightuserdata(lua, const_cast<char*>(&kStateKey));
  lua_rawget(lua, LUA_REGISTRYINDEX);
  auto* state = static_cast<LuaState::State*>(lua_touserdata(lua, -1));
  lua_pop(lua, 1);
  return *state;
}

void push_core(lua_State* lua, const char* name) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state_of(lua).core);
  lua_getfield(lua, -1, name);
  lua_remove(lua, -2);
}

LuaState::State::State()
    : alarm({[](const void* state) { return static_cast<const State*>(state)->is_time_over(); },
             [](void* state) { static_cast<const State*>(state)->tell_overdue(); }, this}) {}

void LuaState::State::open() {
  lua = luaL_newstate();
  if (lua == nullptr) throw std::bad_alloc();
  lua_atpanic(lua, on_panic);
  lua_pushlightuserdata(lua, const_cast<char*>(&kStateKey));
  lua_pushlightuserdata(lua, this);
  lua_rawset(lua, LUA_REGISTRYINDEX);
  lua_pushcfunction(lua, lua_note_trace);
  handler = luaL_ref(lua, LUA_REGISTRYINDEX);
  lua_pushcfunction(lua, run_trampoline);
  trampoline = luaL_ref(lua, LUA_REGISTRYINDEX);
  allocate = lua_getallocf(lua, &allocate_data);
  allocated = static_cast<std::size_t>(lua_gc(lua, LUA_GCCOUNT, 0)) * 1024;
  lua_setallocf(lua, capped_allocate, this);
  protect(0, 0, open_core);
}

void LuaState::State::checked_call(int arguments, int results) {
  const int base = lua_gettop(lua) - arguments;
  lua_rawgeti(lua, LUA_REGISTRYINDEX, handler);
  lua_insert(lua, base);
  int status = 0;
  {
    const ClockScope running(clock, true);
    status = lua_pcall(lua, arguments, results, base);
  }
  alarm.rest();
  lua_remove(lua, base);
  if (status != 0) rethrow(status);
}

void LuaState::State::protect(int arguments, int results,
                              const std::function<int(lua_State*)>& body) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, trampoline);
  lua_pushlightuserdata(lua, const_cast<std::function<int(lua_State*)>*>(&body));
  lua_insert(lua, -arguments - 2);
  lua_insert(lua, -arguments - 2);
  checked_call(arguments + 1, results);
}

void LuaState::State::check_time() {
  if (!is_time_over()) return;
  alarm.keep_up();
  const std::string at = where();
  throw Error(Exit::kLimits, over_text(limits),
              {at.empty() ? recipe_path : at, source_of(at), "", ""});
}

void LuaState::State::look_at_time() {
  alarm.take();
  check_time();
  if (owner->on_progress) report(where());
}

void LuaState::State::tell_overdue() const {
  if (!owner->on_overdue) return;
  static char where[512];
  where[0] = 0;
  find_line(*this, where);
  owner->on_overdue(overdue_text.c_str(), where);
}

void LuaState::State::print(const std::string& text) {
  if (!owner->on_print) return;
  if (prints.dropped_texts == 0 && prints.bytes + text.size() <= limits.print_bytes) {
    prints.bytes += text.size() + 1;
    return owner->on_print(text);
  }
  if (prints.dropped_texts == 0) {
    owner->on_print("print: more than " + std::to_string(limits.print_bytes >> 10) +
                    " KiB (limits.print_kilobytes); the rest is dropped");
  }
  ++prints.dropped_texts;
  prints.dropped_bytes += text.size();
}

void LuaState::State::tell_dropped_prints() const {
  if (prints.dropped_texts == 0 || !owner->on_print) return;
  owner->on_print("print: " + std::to_string(prints.dropped_texts) + " texts of " +
                  std::to_string(prints.dropped_bytes) + " bytes were dropped");
}

void LuaState::State::report(const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  if (!owner->on_progress || now - last_progress < std::chrono::milliseconds(1)) return;
  last_progress = now;
  owner->on_progress(what);
}

LuaState::LuaState(const LuaLimits& limits, std::vector<std::string> script_directories,
                   std::uint64_t random_seed)
    : state_(std::make_unique<State>()) {
  state_->owner = this;
  state_->limits = limits;
  state_->overdue_text = over_text(limits);
  state_->script_directories = std::move(script_directories);
  state_->random_seed = random_seed;
  state_->open();
}

LuaState::~LuaState() {
  try {
    state_->tell_dropped_prints();
  } catch (const std::exception&) {  // whoever listened has gone
  }
  lua_setallocf(state_->lua, state_->allocate, state_->allocate_data);
  lua_close(state_->lua);
}

lua_State* LuaState::raw() const {
  return state_->lua;
}

void LuaState::add_function(const char* name, int (*function)(lua_State*), void* context) {
  state_->protect(0, 0, [&](lua_State* lua) {
    lua_rawgeti(lua, LUA_REGISTRYINDEX, state_->engine_table);
    lua_pushlightuserdata(lua, context);
    lua_pushcclosure(lua, function, 1);
    lua_setfield(lua, -2, name);
    return 0;
  });
}

void LuaState::load_recipe(const std::string& path, std::string_view text) {
  state_->recipe_path = path;
  state_->protect(0, 1, [&](lua_State* lua) {
    state_->load_chunk(path, text);
    push_core(lua, "environment");
    lua_pushboolean(lua, 0);
    lua_call(lua, 1, 1);
    lua_setfenv(lua, -2);
    push_core(lua, "tick");
    lua_call(lua, 1, 1);
    return 1;
  });
}

void LuaState::seed_random(std::uint64_t random_seed) {
  state_->random_seed = random_seed;
  state_->protect(0, 0, [&](lua_State* lua) {
    push_core(lua, "seed");
    lua_pushnumber(lua, static_cast<double>(random_seed >> 12));  // a double holds 52 bits whole
    lua_call(lua, 1, 0);
    return 0;
  });
}

void LuaState::call(int arguments, int results) {
  state_->checked_call(arguments, results);
}

std::uint64_t LuaState::effects() const {
  lua_State* lua = state_->lua;
  push_core(lua, "draws");
  lua_call(lua, 0, 1);
  const double draws = lua_tonumber(lua, -1);
  lua_pop(lua, 1);
  return state_->effects + static_cast<std::uint64_t>(draws);
}

void LuaState::note_effect() {
  ++state_->effects;
}

std::string LuaState::where() const {
  return state_->where();
}

std::string LuaState::where_in(std::string_view path) const {
  return state_->where(path);
}

void LuaState::look_at_time() {
  if (state_->alarm.is_up()) state_->look_at_time();
}

bool LuaState::is_in_formula() const {
  return state_->binding.columns != nullptr;
}

const std::string& LuaState::formula_at() const {
  return state_->binding.defined_at;
}

std::string LuaState::defined_at(int index) const {
  lua_Debug info{};
  lua_pushvalue(state_->lua, index);
  lua_getinfo(state_->lua, ">S", &info);
  return std::string(info.source[0] == '@' ? info.source + 1 : info.source) + ":" +
         std::to_string(info.linedefined);
}

const std::vector<std::pair<std::string, std::string>>& LuaState::modules() const {
  return state_->modules;
}

}  // namespace engine
