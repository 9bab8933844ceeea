// A recipe's function of a row, compiled once and run over many sets of rows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace engine {

class LuaState;
struct FormulaColumn;

/// What a formula returns for a row.
enum class FormulaResult : std::uint8_t { kNumber, kTruth, kText };

/// A formula over columns of settled names and types. A step that walks prepares its formula before
/// the first move and runs it at every move over the few rows it may go to, with columns of that
/// move (how similar, how long ago) among those of the library.
///
/// Plain formulas become programs over blocks (formula_program.hpp); others run in LuaJIT, each
/// through a driver of its own so that it compiles by itself. What it finds outside of the row
/// (local variables of the recipe, parameters) is read when it is prepared. Formulas are pure: which
/// rows run first, and how often, is not promised.
///
/// Costs    a run allocates nothing per row; columns are looked up by name once
/// Errors   Error(kRecipe) with the formula's line and its text: a result that is no number, nil or
///          NaN names the first such track and the columns it lacks. Error(kLimits) for the time,
///          looked at every few milliseconds.
/// Lifetime the LuaState outlives it
/// Threads  one; a formula does not run inside of itself
class PreparedFormula {
 public:
  /// `function`: its index on the Lua stack. `columns`: those of the runs; their data may come later.
  /// `result`: kNumber or kTruth. Throws Error.
  PreparedFormula(LuaState& lua, int function, FormulaResult result,
                  const std::vector<FormulaColumn>& columns);
  ~PreparedFormula();
  PreparedFormula(PreparedFormula&&) noexcept;
  PreparedFormula(const PreparedFormula&) = delete;
  PreparedFormula& operator=(const PreparedFormula&) = delete;

  /// Fills out[0, rows). `columns`: as prepared, in the same order, with the data of this run.
  /// `tracks`: the rows' track numbers, for columns by track.
  void run(const std::vector<FormulaColumn>& columns, const std::int32_t* tracks, std::int64_t rows,
           float* out);
  /// The same of a formula prepared for truths: 1 where the result is neither nil nor false.
  void run(const std::vector<FormulaColumn>& columns, const std::int32_t* tracks, std::int64_t rows,
           std::uint8_t* keep);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace engine
