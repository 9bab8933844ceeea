#include "lua/prepared_formula.hpp"

#include "playlist/plugin.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "lua/formula.hpp"
#include "lua/formula_program.hpp"

namespace engine {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t kFirstBlock = 4096;
constexpr std::int64_t kLargestBlock = 1 << 18;
constexpr double kBlockSeconds = 0.003;

void push_texts(lua_State* lua, const std::vector<std::string_view>& texts) {
  lua_createtable(lua, static_cast<int>(texts.size()), 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    lua_pushlstring(lua, texts[i].data(), texts[i].size());
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
}

/// A value that Lua keeps for as long as this lives.
class LuaReference {
 public:
  explicit LuaReference(lua_State* lua) : lua_(lua) {}
  ~LuaReference() { luaL_unref(lua_, LUA_REGISTRYINDEX, reference_); }
  LuaReference(const LuaReference&) = delete;
  LuaReference& operator=(const LuaReference&) = delete;

  [[nodiscard]] bool is_set() const { return reference_ != LUA_NOREF; }
  /// Takes the value from the top of the stack.
  void take() { reference_ = luaL_ref(lua_, LUA_REGISTRYINDEX); }
  void push() const { lua_rawgeti(lua_, LUA_REGISTRYINDEX, reference_); }

 private:
  lua_State* lua_;
  int reference_ = LUA_NOREF;
};

/// Of a column what a compiled formula relies on.
struct ColumnShape {
  std::uint32_t type;
  bool is_by_track;
};

}  // namespace

class PreparedFormula::Impl {
 public:
  Impl(LuaState::State& state, int function, FormulaResult result,
       const std::vector<FormulaColumn>& columns)
      : state_(state),
        lua_(state.lua),
        result_(result),
        defined_at_(state.owner->defined_at(function)),
        text_(text_of(state, function)),
        function_(state.lua),
        driver_(state.lua) {
    for (const FormulaColumn& column : columns)
      shapes_.push_back({column.type, column.is_by_track});
    lua_pushvalue(lua_, function);
    function_.take();
    const BindingScope bound(state_, {&columns, nullptr, 0, defined_at_});
    compile();
  }

  void run(const std::vector<FormulaColumn>& columns, const std::int32_t* tracks, std::int64_t rows,
           FormulaResult result, void* out) {
    require_prepared_for(columns, result);
    if (rows == 0) return;
    out_ = out;
    const BindingScope bound(state_, {&columns, tracks, rows, defined_at_});
    if (program_ && !knows_its_texts(columns)) compile();
    if (run_as_program(rows)) return;
    const int top = lua_gettop(lua_);
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
  [[nodiscard]] bool is_score() const { return result_ == FormulaResult::kNumber; }

  void require_prepared_for(const std::vector<FormulaColumn>& columns, FormulaResult result) const {
    const bool is_same =
        result == result_ &&
        std::equal(columns.begin(), columns.end(), shapes_.begin(), shapes_.end(),
                   [](const FormulaColumn& column, const ColumnShape& shape) {
                     return column.type == shape.type && column.is_by_track == shape.is_by_track;
                   });
    if (!is_same) throw std::logic_error("a formula runs over other columns than it was made for");
  }

  // ---- as a program over blocks ----
  /// Without a program where the formula needs Lua.
  void compile() {
    function_.push();
    state_.protect(1, 0, [&](lua_State*) {
      program_ = compile_formula(state_, 1, !is_score(), text_);
      return 0;
    });
    if (program_) registers_.resize(static_cast<std::size_t>(program_->register_count));
  }

  /// A program compares texts by their codes: a dictionary that has grown may hold one that it
  /// lacked. It holds the bits of the tags that it asks for.
  [[nodiscard]] bool knows_its_texts(const std::vector<FormulaColumn>& columns) const {
    const auto at = [&](int place) -> const FormulaColumn& {
      return columns[static_cast<std::size_t>(place)];
    };
    return std::all_of(program_->texts.begin(), program_->texts.end(),
                       [&](const BlockTexts& known) {
                         const playlist_dict* dict = at(known.column).texts();
                         return dict == known.dict && dict->count == known.count;
                       }) &&
           std::all_of(program_->tags.begin(), program_->tags.end(), [&](const BlockTags& known) {
             return at(known.column).data.get() == known.tags;
           });
  }

  /// False where the formula needs Lua.
  bool run_as_program(std::int64_t rows) {
    if (!program_) return false;
    for (std::int64_t begin = 0; begin < rows; begin += kLargestBlock) {
      const std::int64_t end = std::min(rows, begin + kLargestBlock);
      const ProgramRows done =
          run_program(*program_, state_.binding, begin, end, out_, registers_.data());
      if (!done.all_returned) return false;
      if (!done.all_finite) check_results(begin, end);
      report_row(end, rows);
    }
    return true;
  }

  // ---- in Lua ----
  /// Leaves the driver for the rows from 1 on, or nil when all rows are done.
  void start() {
    if (!driver_.is_set()) make_driver();
    driver_.push();
    lua_pushlightuserdata(lua_, out_);
    lua_pushnumber(lua_, static_cast<double>(state_.binding.rows));
    state_.checked_call(2, 1);
  }

  void make_driver() {
    function_.push();
    state_.protect(1, 1, [&](lua_State* lua) {
      push_core(lua, "driver");
      lua_pushvalue(lua, 1);
      lua_pushstring(lua, is_score() ? "score" : "filter");
      push_texts(lua, named_columns(text_, *state_.binding.columns));
      lua_call(lua, 3, 1);
      return 1;
    });
    driver_.take();
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
    function_.push();
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
  FormulaResult result_;
  std::string defined_at_, text_;
  std::vector<ColumnShape> shapes_;
  LuaReference function_, driver_;
  std::optional<BlockProgram> program_;
  std::vector<BlockRegister> registers_;
  void* out_ = nullptr;  // of the present run
};

PreparedFormula::PreparedFormula(LuaState& lua, int function, FormulaResult result,
                                 const std::vector<FormulaColumn>& columns)
    : impl_(std::make_unique<Impl>(state_of(lua.raw()), absolute(lua.raw(), function), result,
                                   columns)) {}
PreparedFormula::~PreparedFormula() = default;
PreparedFormula::PreparedFormula(PreparedFormula&&) noexcept = default;

void PreparedFormula::run(const std::vector<FormulaColumn>& columns, const std::int32_t* tracks,
                          std::int64_t rows, float* out) {
  impl_->run(columns, tracks, rows, FormulaResult::kNumber, out);
}

void PreparedFormula::run(const std::vector<FormulaColumn>& columns, const std::int32_t* tracks,
                          std::int64_t rows, std::uint8_t* keep) {
  impl_->run(columns, tracks, rows, FormulaResult::kTruth, keep);
}

}  // namespace engine
