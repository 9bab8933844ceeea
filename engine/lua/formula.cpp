// Running formulas: plain Lua functions of a row, over columns, in blocks.
#include "lua/formula.hpp"

#include "playlist/plugin.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "lua/formula_program.hpp"
#include "lua/text_bounds.hpp"

namespace engine {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t kFirstBlock = 4096;
constexpr std::int64_t kLargestBlock = 1 << 18;
constexpr double kBlockSeconds = 0.003;

/// Sets the binding for the time of one formula; formulas may nest through `#candidates`.
class BindingScope {
 public:
  BindingScope(LuaState::State& state, FormulaBinding now)
      : binding_(state.binding), before_(std::exchange(state.binding, std::move(now))) {
    binding_.number = ++state.bindings;
  }
  ~BindingScope() { binding_ = std::move(before_); }
  BindingScope(const BindingScope&) = delete;
  BindingScope& operator=(const BindingScope&) = delete;

 private:
  FormulaBinding& binding_;
  FormulaBinding before_;
};

int absolute(lua_State* lua, int index) {
  return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(lua) + index + 1;
}

/// The lines of the function's own text, as far as they are known.
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

void push_texts(lua_State* lua, const std::vector<std::string_view>& texts) {
  lua_createtable(lua, static_cast<int>(texts.size()), 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    lua_pushlstring(lua, texts[i].data(), texts[i].size());
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
}

/// One run of a formula over all rows of the binding.
class FormulaRun {
 public:
  FormulaRun(LuaState::State& state, int function, const char* kind, void* out)
      : state_(state), lua_(state.lua), function_(function), kind_(kind), out_(out) {}

  void run() {
    const std::int64_t rows = state_.binding.rows;
    const int top = lua_gettop(lua_);
    text_ = text_of(state_, function_);
    if (run_as_program(rows)) return;
    start();
    if (lua_isnil(lua_, -1)) {
      check_results(0, rows);
    } else {
      check_results(0, 1);
      run_blocks(1, rows);
    }
    lua_settop(lua_, top);
  }

 private:
  [[nodiscard]] bool is_score() const { return kind_[0] == 's'; }

  /// False where the formula needs Lua.
  bool run_as_program(std::int64_t rows) {
    std::optional<BlockProgram> program;
    lua_pushvalue(lua_, function_);
    state_.protect(1, 0, [&](lua_State*) {
      program = compile_formula(state_, 1, !is_score(), text_);
      return 0;
    });
    if (!program) return false;
    for (std::int64_t begin = 0; begin < rows; begin += kLargestBlock) {
      const std::int64_t end = std::min(rows, begin + kLargestBlock);
      const ProgramRows done = run_program(*program, state_.binding, begin, end, out_);
      if (!done.all_returned) return false;
      if (!done.all_finite) check_results(begin, end);
      report_row(end, rows);
    }
    return true;
  }

  /// Leaves the driver for the rows from 1 on, or nil when all rows are done.
  void start() {
    lua_pushvalue(lua_, function_);
    state_.protect(1, 1, [&](lua_State* lua) {
      push_core(lua, "start");
      lua_pushvalue(lua, 1);
      lua_pushstring(lua, kind_);
      lua_pushlightuserdata(lua, out_);
      lua_pushnumber(lua, static_cast<double>(state_.binding.rows));
      push_texts(lua, named_columns(text_, *state_.binding.columns));
      lua_call(lua, 5, 1);
      return 1;
    });
  }

  /// Blocks grow until one takes some milliseconds: the clock is looked at between them.
  void run_blocks(std::int64_t begin, std::int64_t rows) {
    std::int64_t block = kFirstBlock;
    while (begin < rows) {
      const std::int64_t end = std::min(rows, begin + block);
      const auto started = Steady::now();
      lua_pushvalue(lua_, -1);
      lua_pushnumber(lua_, static_cast<double>(begin));
      lua_pushnumber(lua_, static_cast<double>(end));
      state_.checked_call(2, 0);
      check_results(begin, end);
      report_row(end, rows);
      const double seconds = std::chrono::duration<double>(Steady::now() - started).count();
      if (seconds < kBlockSeconds / 2) block = std::min(block * 4, kLargestBlock);
      begin = end;
    }
  }

  void report_row(std::int64_t row, std::int64_t rows) {
    state_.check_time();
    if (!state_.owner->on_progress) return;
    state_.report("formula at " + state_.binding.defined_at + ", row " + std::to_string(row) +
                  " of " + std::to_string(rows));
  }

  void check_results(std::int64_t begin, std::int64_t end) {
    if (!is_score()) return;
    const std::int64_t row = first_not_finite(static_cast<const float*>(out_), begin, end);
    if (row < end) throw_no_number(row);
  }

  [[noreturn]] void throw_no_number(std::int64_t row) {
    const std::vector<std::string> missing = missing_columns(row);
    std::string names;
    for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
    Error::Parts parts;
    parts.where = state_.binding.defined_at;
    parts.source = state_.source_of(parts.where);
    if (std::isinf(static_cast<const float*>(out_)[row])) {
      parts.why = "the result is infinite, or larger than 3.4e38, as 1/0 is";
      parts.fix = "keep the divisor above 0, or clamp the result";
    } else if (missing.empty()) {
      parts.why = "the result is not a number (NaN), as 0/0 or the logarithm of -1";
    } else {
      parts.why = names + (missing.size() == 1 ? " is" : " are") + " missing for this track";
      parts.fix = "say what to use instead: known(t." + missing.front() + ", 0.5)";
    }
    throw Error(Exit::kRecipe, "the formula gave no number for " + row_name(state_.binding, row),
                std::move(parts));
  }

  std::vector<std::string> missing_columns(std::int64_t row) {
    std::vector<std::string> names;
    lua_pushvalue(lua_, function_);
    state_.protect(1, 0, [&](lua_State* lua) {
      push_core(lua, "missing_columns");
      lua_pushvalue(lua, 1);
      lua_pushnumber(lua, static_cast<double>(row));
      lua_call(lua, 2, 1);
      for (int i = 1; i <= static_cast<int>(lua_objlen(lua, -1)); ++i) {
        lua_rawgeti(lua, -1, i);
        names.emplace_back(lua_tostring(lua, -1));
        lua_pop(lua, 1);
      }
      return 0;
    });
    return names;
  }

  LuaState::State& state_;
  lua_State* lua_;
  int function_;
  const char* kind_;
  void* out_;
  std::string text_;
};

using Typical = std::function<double(const FormulaColumn&)>;

/// typical(name): the replacement for a number or flag column, nil for others.
int typical_value(lua_State* lua, void* context) {
  const auto& typical = *static_cast<const Typical*>(context);
  const char* name = lua_tostring(lua, 1);
  for (const FormulaColumn& column : *state_of(lua).binding.columns) {
    if (column.name != name || column.type == PLAYLIST_STRING) continue;
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

void LuaState::score(int function, const std::vector<FormulaColumn>& columns,
                     const std::int32_t* tracks, std::int64_t rows, float* out) {
  if (rows == 0) return;
  function = absolute(state_->lua, function);
  const BindingScope bound(*state_, {&columns, tracks, rows, defined_at(function)});
  FormulaRun(*state_, function, "score", out).run();
}

void LuaState::filter(int function, const std::vector<FormulaColumn>& columns,
                      const std::int32_t* tracks, std::int64_t rows, std::uint8_t* keep) {
  if (rows == 0) return;
  function = absolute(state_->lua, function);
  const BindingScope bound(*state_, {&columns, tracks, rows, defined_at(function)});
  FormulaRun(*state_, function, "filter", keep).run();
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
