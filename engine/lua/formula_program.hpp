// Formulas as programs over blocks of rows: no branches, so that a row costs the same whichever way
// its ifs go (LuaJIT's compiled loop pays 10 to 20 ns at each random branch).
//
// compile_formula() takes the plain part of Lua that most formulas are written in: locals, if,
// return, arithmetic, comparisons, and/or/not, the functions of math and of formulas, columns,
// upvalues that are numbers, texts or tables of such. Everything else stays with LuaJIT. Both do
// the same operations in the same order on doubles; exp and log may differ in their last two bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <lua.hpp>

#include "lua/lua_internal.hpp"

namespace engine {

/// Every register holds a block of doubles: numbers; flags as 1 and 0 (as loaded also 255, nil);
/// texts as codes of their dictionary (-1 nil).
enum class BlockOp : std::uint8_t {
  kLoad,    // dst = column
  kNumber,  // dst = imm
  kAdd,     // dst = a OP b; an operand below 0 is imm
  kSubtract,
  kMultiply,
  kDivide,
  kWeightedSum,  // dst = a * imm + b * imm2, each product rounded as if it stood alone
  kModulo,       // Lua's: a - floor(a / b) * b
  kPower,
  kMinimum,  // NaN where a or b is
  kMaximum,
  kLess,  // 1 or 0
  kLessEqual,
  kEqual,
  kNotEqual,
  kKnown,  // a, or b where a is NaN
  kStep,   // b >= a ? 1 : 0, NaN where b is NaN
  kExp,    // dst = f(a)
  kLog,
  kSquareRoot,
  kAbsolute,
  kFloor,
  kCeil,
  kCall,    // function(a)
  kSelect,  // dst = c ? a : b; operands below 0 are imm (a) and imm2 (b)
  kTagBit,  // dst = the row's track's of `bits`: 1 or 0
};

struct BlockInstruction {
  BlockOp op = BlockOp::kNumber;
  int dst = -1, a = -1, b = -1, c = -1;
  double imm = 0, imm2 = 0;
  double (*function)(double) = nullptr;
  const std::uint32_t* bits = nullptr;
  int column = -1;  // kLoad: its place among the binding's columns
  /// kAdd to kWeightedSum may take an operand straight from an F32 column, by row.
  int a_column = -1, b_column = -1;
};

/// A column whose texts the program knows by their codes, with what its dictionary was then.
struct BlockTexts {
  int column = -1;
  const playlist_dict* dict = nullptr;
  std::uint32_t count = 0;
};

/// A column of tags whose bits the program holds.
struct BlockTags {
  int column = -1;
  const void* tags = nullptr;
};

struct BlockProgram {
  std::vector<BlockInstruction> instructions;
  int register_count = 0;
  int result = -1;
  int unreturned = -1;  // flag: rows whose path returns nothing; -1: there are none
  bool is_filter = false;
  std::vector<BlockTexts> texts;
  std::vector<BlockTags> tags;
};

/// The program of the Lua function at `function`, whose lines are `text`, over columns like the
/// binding's; nothing where it uses more of Lua. Call it in a protected call.
std::optional<BlockProgram> compile_formula(LuaState::State& state, int function, bool is_filter,
                                            std::string_view text);

struct ProgramRows {
  bool all_returned = true;  // false: some row's path returned nothing, and `out` is unfinished
  bool all_finite = true;    // of a filter: always
};

/// Rows that a program does at once: few enough for its registers to stay in the first cache.
inline constexpr int kBlockRows = 512;

/// What a register holds of them. It begins where a cache line does: a processor pays twice for a
/// vector that lies across two.
struct alignas(64) BlockRegister {
  double rows[kBlockRows];
};

/// Runs rows [begin, end) into out[begin, end): float, or uint8 for a filter. Allocates nothing;
/// `registers`: the program's register_count of them, whatever they hold before.
ProgramRows run_program(const BlockProgram& program, const FormulaBinding& binding,
                        std::int64_t begin, std::int64_t end, void* out, BlockRegister* registers);

/// The first NaN or infinity of values[begin, end), or `end`.
std::int64_t first_not_finite(const float* values, std::int64_t begin, std::int64_t end);

}  // namespace engine
