// Errors on both sides of Lua: engine::Error going through it unchanged, Lua's own messages turned
// into engine::Error with the user's file, line and source line.
#include <cstring>
#include <exception>
#include <new>

#include "lua/lua_internal.hpp"
#include "lua/slips.hpp"
#include "lua/text_bounds.hpp"

namespace engine {
namespace {

constexpr std::size_t kMostKept = 16;
constexpr std::size_t kMostOfMessage = 2000,
                      kMostOfSource = 300;  // bytes of an error that are told

/// "path:line" of a frame in a recipe or script, or "".
std::string frame_of(lua_State* lua, const lua_Debug& frame) {
  (void)lua;
  if (frame.source[0] != '@' || frame.currentline <= 0) return "";
  return std::string(frame.source + 1) + ":" + std::to_string(frame.currentline);
}

std::string path_of(const std::string& where) {
  return where.substr(0, where.rfind(':'));
}

/// Splits "SHORT:LINE: text" of a known chunk; false when it begins otherwise.
bool split_message(const std::map<std::string, LuaChunk, std::less<>>& chunks,
                   const std::string& message, std::string& where, std::string& text) {
  for (const auto& [name, chunk] : chunks) {
    if (message.compare(0, name.size() + 1, name + ":") != 0) continue;
    const std::size_t digits = name.size() + 1;
    const std::size_t end = message.find_first_not_of("0123456789", digits);
    if (end == digits || end == std::string::npos || message.compare(end, 2, ": ") != 0) continue;
    where = chunk.path + ":" + message.substr(digits, end - digits);
    text = message.substr(end + 2);
    return true;
  }
  return false;
}

/// "(engine):122: stack overflow" without the place, which is none of the user's.
std::string without_own_place(const std::string& message) {
  constexpr std::string_view kOwn = "(engine):";
  if (message.compare(0, kOwn.size(), kOwn) != 0) return message;
  const std::size_t end = message.find_first_not_of("0123456789", kOwn.size());
  return end != std::string::npos && message.compare(end, 2, ": ") == 0 ? message.substr(end + 2)
                                                                        : message;
}

/// The text of the value on top of the stack; no call into Lua, which might fail again.
std::string message_at_top(lua_State* lua) {
  if (lua_type(lua, -1) == LUA_TSTRING) {
    std::size_t length = 0;
    const char* text = lua_tolstring(lua, -1, &length);
    return std::string(text, length);
  }
  return std::string("it raised an error that is a ") + luaL_typename(lua, -1) + ", not a text";
}

}  // namespace

std::string LuaChunk::line(int number) const {
  std::size_t begin = 0;
  for (int k = 1; k < number; ++k) {
    begin = text.find('\n', begin);
    if (begin == std::string::npos) return "";
    ++begin;
  }
  std::string line = text.substr(begin, text.find('\n', begin) - begin);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::string LuaState::State::where(std::string_view path) const {
  lua_Debug frame{};
  for (int level = 0; lua_getstack(lua, level, &frame) != 0; ++level) {
    lua_getinfo(lua, "Sl", &frame);
    if (!path.empty() && (frame.source[0] != '@' || path != frame.source + 1)) continue;
    const std::string at = frame_of(lua, frame);
    if (!at.empty()) return at;
  }
  return "";
}

std::string LuaState::State::source_of(const std::string& where) const {
  const std::string path = path_of(where);
  if (path.size() == where.size()) return "";  // no line
  for (const auto& [name, chunk] : chunks) {
    if (chunk.path != path) continue;
    return clipped(chunk.line(std::atoi(where.c_str() + path.size() + 1)), kMostOfSource);
  }
  return "";
}

void LuaState::State::keep(const Error& error) {
  Error::Parts parts = error.parts();
  if (parts.where.empty()) parts.where = where();
  if (parts.where.empty()) parts.where = recipe_path;  // a tail call has left no frame
  if (parts.source.empty()) parts.source = source_of(parts.where);
  parts.why = clipped(std::move(parts.why), kMostOfMessage);
  parts.fix = clipped(std::move(parts.fix), kMostOfMessage);
  const std::string what = clipped(error.what(), kMostOfMessage);
  const std::string text = parts.where.empty() ? what : parts.where + ": " + what;
  if (kept.size() == kMostKept) kept.erase(kept.begin());
  kept.emplace_back(text, Error(error.exit(), what, std::move(parts)));
  lua_pushlstring(lua, text.data(), text.size());
}

/// Notes the user's frames while they still stand; asks nothing of Lua's memory.
int lua_note_trace(lua_State* lua) {
  LuaState::State& state = state_of(lua);
  state.trace.clear();
  lua_Debug frame{};
  for (int level = 0; level < 100 && lua_getstack(lua, level, &frame) != 0; ++level) {
    lua_getinfo(lua, "Sl", &frame);
    std::string at = frame_of(lua, frame);
    if (!at.empty()) state.trace.push_back(std::move(at));
  }
  return 1;
}

void LuaState::State::rethrow(int status) {
  const std::string message = message_at_top(lua);
  lua_pop(lua, 1);
  if (status == LUA_ERRMEM || message == "not enough memory") {
    lua_gc(lua, LUA_GCCOLLECT, 0);
    throw Error(
        Exit::kLimits,
        "the recipe used more than " + std::to_string(limits.memory_bytes >> 20) + " MB of memory",
        {recipe_path, "", "", ""});
  }
  for (auto it = kept.rbegin(); it != kept.rend(); ++it) {
    if (it->first != message) continue;
    const Error error = it->second;
    kept.clear();
    throw error;
  }
  Error::Parts parts;
  std::string what = without_own_place(message);
  if (!split_message(chunks, message, parts.where, what)) {
    parts.where = trace.empty() ? recipe_path : trace.front();
  }
  what = clipped(std::move(what), kMostOfMessage);
  parts.source = source_of(parts.where);
  if (status == LUA_ERRSYNTAX) parts.fix = syntax_fix(what, parts.source);
  if (path_of(parts.where) != recipe_path) {
    for (const std::string& frame : trace) {
      if (path_of(frame) != recipe_path) continue;
      parts.why = "called from " + frame;
      break;
    }
  }
  throw Error(Exit::kRecipe, what, std::move(parts));
}

int lua_call_deeper(lua_State* lua) {
  LuaState::State& state = state_of(lua);
  try {
    const DeeperCall deeper(state.call_depth);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
  } catch (const Error& error) {
    state.keep(error);
  }
  return lua_error(lua);
}

int guarded(lua_State* lua, int (*body)(lua_State*, void*), void* context) {
  LuaState::State& state = state_of(lua);
  try {
    const ClockScope stopped(state.clock, false);
    const DeeperCall deeper(state.call_depth);
    return body(lua, context);
  } catch (const Error& error) {
    state.keep(error);
  } catch (const std::bad_alloc&) {
    state.keep(Error(Exit::kLimits, "out of memory"));
  } catch (const std::exception& error) {
    state.keep(Error(Exit::kRecipe, error.what()));
  }
  return lua_error(lua);  // only now: its jump would skip what the catch block holds
}

}  // namespace engine
