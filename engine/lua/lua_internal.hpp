// What the files of the Lua runtime share; not for others.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lua.hpp>

#include "core/error.hpp"
#include "lua/lua_alarm.hpp"
#include "lua/lua_state.hpp"

namespace engine {

/// Counts the seconds spent in Lua; the engine's own work called from there does not count. The
/// alarm goes with it.
class LuaClock {
 public:
  using Steady = std::chrono::steady_clock;

  explicit LuaClock(LuaAlarm& alarm) : alarm_(alarm) {}

  [[nodiscard]] double seconds() const {
    const Steady::duration now = is_running_ ? Steady::now() - since_ : Steady::duration::zero();
    return std::chrono::duration<double>(spent_ + now).count();
  }
  /// Runs or stops the clock; gives what it did before.
  bool set_running(bool is_running) {
    const bool before = is_running_;
    if (before && !is_running) spent_ += Steady::now() - since_;
    if (!before && is_running) since_ = Steady::now();
    is_running_ = is_running;
    alarm_.set_running(is_running);
    // Many runs that are each too short for the timer add up.
    if (before && !is_running && spent_ - raised_at_ >= std::chrono::milliseconds(10)) {
      raised_at_ = spent_;
      alarm_.keep_up();
    }
    return before;
  }

 private:
  LuaAlarm& alarm_;
  Steady::time_point since_{};
  Steady::duration spent_{}, raised_at_{};
  bool is_running_ = false;
};

/// Runs or stops the clock until the end of the scope, which a Lua error may be too.
class ClockScope {
 public:
  ClockScope(LuaClock& clock, bool is_running)
      : clock_(clock), before_(clock.set_running(is_running)) {}
  ~ClockScope() { clock_.set_running(before_); }
  ClockScope(const ClockScope&) = delete;
  ClockScope& operator=(const ClockScope&) = delete;

 private:
  LuaClock& clock_;
  bool before_;
};

/// Counts how deep C functions that call Lua stand inside each other, for as long as one runs: each
/// takes kilobytes of the C stack, which LuaJIT does not watch. Throws Error(kRecipe).
class DeeperCall {
 public:
  explicit DeeperCall(int& depth) : depth_(depth) {
    constexpr int kMost = 100;
    if (depth_ == kMost) {
      throw Error(Exit::kRecipe, "calls stand inside each other too deeply",
                  {"", "",
                   "more than " + std::to_string(kMost) +
                       " functions of the engine, string.gsub or table.sort, each called by a "
                       "function that another of them calls",
                   ""});
    }
    ++depth_;
  }
  ~DeeperCall() { --depth_; }
  DeeperCall(const DeeperCall&) = delete;
  DeeperCall& operator=(const DeeperCall&) = delete;

 private:
  int& depth_;
};

/// What the recipe has printed.
struct Prints {
  std::size_t bytes = 0;
  std::uint64_t dropped_texts = 0, dropped_bytes = 0;
};

/// A text that was loaded, by the short name that LuaJIT puts into its messages.
struct LuaChunk {
  std::string path;
  std::string text;  // as the user wrote it, without ticks, with plain line ends

  [[nodiscard]] std::string line(int number) const;  // from 1; "" when there is none
};

/// The columns that the formula now running may read.
struct FormulaBinding {
  const std::vector<FormulaColumn>* columns = nullptr;
  const std::int32_t* tracks = nullptr;
  std::int64_t rows = 0;
  std::string defined_at;
  /// Another for each run of a formula: a row that was kept is told from those of the present run.
  std::uint32_t number = 0;
};

/// Texts of one dictionary as Lua strings: table[code + 1], as far as they were needed.
struct InternedTexts {
  int reference = LUA_NOREF;
  std::size_t count = 0;
  std::vector<bool> is_interned;
  bool is_complete = false;
};

struct LuaState::State {
  State();

  LuaState* owner = nullptr;
  lua_State* lua = nullptr;
  LuaLimits limits;
  LuaAlarm alarm;
  LuaClock clock{alarm};
  int call_depth = 0;  // DeeperCall
  Prints prints;
  int hooked_line = 0;       // of the recipe, while line hooks follow it
  std::string overdue_text;  // made beforehand: a signal's handler makes none
  std::vector<std::string> script_directories;
  std::uint64_t random_seed = 0;

  lua_Alloc allocate = nullptr;  // LuaJIT's own
  void* allocate_data = nullptr;
  std::size_t allocated = 0;

  std::map<std::string, LuaChunk, std::less<>> chunks;  // by short name
  std::vector<std::pair<std::string, std::string>> modules;
  std::vector<std::string> loading;  // modules being loaded, outermost first
  std::string recipe_path;

  /// Errors on their way through Lua, each with the text that Lua sees; the latest last.
  std::vector<std::pair<std::string, Error>> kept;
  std::vector<std::string> trace;  // file:line of the user's frames at the last Lua error

  FormulaBinding binding;
  std::uint32_t bindings = 0;  // how many there have been
  std::map<const playlist_dict*, InternedTexts> texts;
  int handler = LUA_NOREF, trampoline = LUA_NOREF, core = LUA_NOREF, engine_table = LUA_NOREF;
  std::uint64_t effects = 0;  // prints and uses of the table `engine`
  std::chrono::steady_clock::time_point last_progress{};

  void open();  // makes the Lua state: libraries, allocator, core
  /// Runs body(lua) with `arguments` values from the stack's top as its stack, leaving what it
  /// returns. Lua errors and exceptions come out as engine::Error; the stack is cut back then.
  void protect(int arguments, int results, const std::function<int(lua_State*)>& body);
  /// lua_pcall with the message handler, throwing as protect() does.
  void checked_call(int arguments, int results);
  /// Loads `text` with ticks as chunk @path, leaving the function. Throws Error(kRecipe).
  void load_chunk(const std::string& path, std::string_view text);
  [[nodiscard]] bool is_time_over() const { return clock.seconds() > limits.seconds; }
  /// Throws Error(kLimits) when the recipe's time is over.
  void check_time();
  /// A tick or a line hook saw the alarm: looks at the time, reports what runs.
  void look_at_time();
  /// Tells on_overdue, in a signal's handler.
  void tell_overdue() const;
  void print(const std::string& text);
  void tell_dropped_prints() const;
  /// on_progress, at most every millisecond.
  void report(const std::string& what);

  /// "path:line" of the innermost line of `path`, or of any recipe or script; "" where none runs.
  [[nodiscard]] std::string where(std::string_view path = {}) const;
  /// The source line of "path:line", or "".
  [[nodiscard]] std::string source_of(const std::string& where) const;
  /// Keeps the error and leaves its text on the Lua stack, ready for lua_error.
  void keep(const Error& error);
  /// Throws what the failed call left on the stack.
  [[noreturn]] void rethrow(int status);
};

LuaState::State& state_of(lua_State* lua);

/// Hooks are off for as long as this lives.
class Unhooked {
 public:
  explicit Unhooked(lua_State* lua)
      : lua_(lua), hook_(lua_gethook(lua)), mask_(lua_gethookmask(lua)) {
    if (hook_ != nullptr) lua_sethook(lua, nullptr, 0, 0);
  }
  ~Unhooked() {
    if (hook_ != nullptr) lua_sethook(lua_, hook_, mask_, 0);
  }
  Unhooked(const Unhooked&) = delete;
  Unhooked& operator=(const Unhooked&) = delete;

 private:
  lua_State* lua_;
  lua_Hook hook_;
  int mask_;
};

/// As luaL_loadbuffer() of source text, but compiled once in a process however many states load it.
/// All of them run what was compiled then, the first as well, so that no two can differ.
int load_source(lua_State* lua, std::string_view text, const std::string& chunk_name);
/// Pushes the table of functions that core.lua asks of the host.
void push_host(lua_State* lua);
/// The handler that notes where a Lua error arose.
int lua_note_trace(lua_State* lua);
/// Calls its upvalue, a C function that calls Lua in turn, as DeeperCall allows.
int lua_call_deeper(lua_State* lua);
/// require(), as a Lua function.
int lua_require(lua_State* lua);
/// Adds what core.lua needs for formulas to the table on top of the stack.
void add_formula_functions(lua_State* lua);

/// A field of core.lua's result.
void push_core(lua_State* lua, const char* name);

}  // namespace engine
