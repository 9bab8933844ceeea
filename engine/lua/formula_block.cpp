// Runs block programs: one plain loop per instruction, which the compiler vectorises, over blocks
// that stay in the first cache.
#include "playlist/plugin.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lua/formula_program.hpp"

#if defined(__x86_64__) && defined(__GLIBC__)
#include <emmintrin.h>
// Two at a time, from glibc's vector library; within 2 units in the last place.
extern "C" __m128d _ZGVbN2v_exp(__m128d);
extern "C" __m128d _ZGVbN2v_log(__m128d);
#define ENGINE_HAS_VECTOR_MATH 1
#endif

// The hot loops in two builds, chosen at load time.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ENGINE_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define ENGINE_CLONES
#endif

namespace engine {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// ---- loading ----

template <typename Item, typename Decode>
inline __attribute__((always_inline)) void load_as(double* __restrict to, const void* data,
                                                   const std::int32_t* tracks, std::int64_t begin,
                                                   int count, Decode decode) {
  const Item* items = static_cast<const Item*>(data);
  if (tracks != nullptr) {
    for (int i = 0; i < count; ++i) to[i] = decode(items[tracks[begin + i]]);
  } else {
    for (int i = 0; i < count; ++i) to[i] = decode(items[begin + i]);
  }
}

ENGINE_CLONES void load(double* to, const FormulaColumn& column, const std::int32_t* row_tracks,
                        std::int64_t begin, int count) {
  const std::int32_t* tracks = column.is_by_track ? row_tracks : nullptr;
  const auto plain = [](auto item) { return static_cast<double>(item); };
  switch (column.type) {
    case PLAYLIST_F32:
      return load_as<float>(to, column.data.get(), tracks, begin, count, plain);
    case PLAYLIST_F64:
      return load_as<double>(to, column.data.get(), tracks, begin, count, plain);
    case PLAYLIST_I32:
      return load_as<std::int32_t>(
          to, column.data.get(), tracks, begin, count,
          [](std::int32_t item) { return item == INT32_MIN ? kNaN : static_cast<double>(item); });
    case PLAYLIST_I64:
      return load_as<std::int64_t>(
          to, column.data.get(), tracks, begin, count,
          [](std::int64_t item) { return item == INT64_MIN ? kNaN : static_cast<double>(item); });
    case PLAYLIST_STRING:
      return load_as<std::int32_t>(to, column.data.get(), tracks, begin, count, plain);
    default:
      return load_as<std::uint8_t>(to, column.data.get(), tracks, begin, count, plain);
  }
}

// ---- operations ----

/// A register, else an F32 column from the block's first row on, else a constant.
struct Operand {
  const double* block = nullptr;
  const float* column = nullptr;
};

template <typename A, typename B, typename Operation>
inline __attribute__((always_inline)) void apply(double* __restrict to, A a, B b, int count,
                                                 Operation operation) {
  for (int i = 0; i < count; ++i) to[i] = operation(a(i), b(i));
}

template <typename Operation>
inline __attribute__((always_inline)) void binary(double* __restrict to, Operand a, Operand b,
                                                  double constant, int count, Operation operation) {
  const auto fixed = [=](int) { return constant; };
  const auto left = [=](int i) { return a.block[i]; };
  const auto right = [=](int i) { return b.block[i]; };
  if (a.block == nullptr) {
    apply(to, fixed, right, count, operation);
  } else if (b.block == nullptr) {
    apply(to, left, fixed, count, operation);
  } else {
    apply(to, left, right, count, operation);
  }
}

/// Two operands that are registers or columns.
template <typename Operation>
inline __attribute__((always_inline)) void of_rows(double* __restrict to, Operand a, Operand b,
                                                   int count, Operation operation) {
  const auto left = [=](int i) { return a.block[i]; };
  const auto right = [=](int i) { return b.block[i]; };
  const auto left_column = [=](int i) { return static_cast<double>(a.column[i]); };
  const auto right_column = [=](int i) { return static_cast<double>(b.column[i]); };
  if (a.column != nullptr && b.column != nullptr) {
    apply(to, left_column, right_column, count, operation);
  } else if (a.column != nullptr) {
    apply(to, left_column, right, count, operation);
  } else if (b.column != nullptr) {
    apply(to, left, right_column, count, operation);
  } else {
    apply(to, left, right, count, operation);
  }
}

/// binary() that also takes columns.
template <typename Operation>
inline __attribute__((always_inline)) void arithmetic(double* __restrict to, Operand a, Operand b,
                                                      double constant, int count,
                                                      Operation operation) {
  const auto fixed = [=](int) { return constant; };
  const auto left_column = [=](int i) { return static_cast<double>(a.column[i]); };
  const auto right_column = [=](int i) { return static_cast<double>(b.column[i]); };
  const bool has_constant =
      (a.column == nullptr && a.block == nullptr) || (b.column == nullptr && b.block == nullptr);
  if (!has_constant) {
    of_rows(to, a, b, count, operation);
  } else if (a.column != nullptr) {
    apply(to, left_column, fixed, count, operation);
  } else if (b.column != nullptr) {
    apply(to, fixed, right_column, count, operation);
  } else {
    binary(to, a, b, constant, count, operation);
  }
}

/// Not built for newer processors: they would multiply and add in one step, and round once less.
void modulo(double* to, Operand a, Operand b, double constant, int count) {
  binary(to, a, b, constant, count, [](double x, double y) { return x - std::floor(x / y) * y; });
}
void power(double* to, Operand a, Operand b, double constant, int count) {
  binary(to, a, b, constant, count, [](double x, double y) { return std::pow(x, y); });
}

ENGINE_CLONES void weighted_sum(double* to, Operand a, Operand b, double left, double right,
                                int count) {
  of_rows(to, a, b, count, [=](double x, double y) { return x * left + y * right; });
}

ENGINE_CLONES void two_operands(BlockOp op, double* to, Operand a, Operand b, double constant,
                                int count) {
  switch (op) {
    case BlockOp::kAdd:
      return arithmetic(to, a, b, constant, count, [](double x, double y) { return x + y; });
    case BlockOp::kSubtract:
      return arithmetic(to, a, b, constant, count, [](double x, double y) { return x - y; });
    case BlockOp::kMultiply:
      return arithmetic(to, a, b, constant, count, [](double x, double y) { return x * y; });
    case BlockOp::kDivide:
      return arithmetic(to, a, b, constant, count, [](double x, double y) { return x / y; });
    case BlockOp::kMinimum:
      return binary(to, a, b, constant, count, [](double x, double y) {
        const double least = x < y ? x : y;  // y where one is NaN
        return x == x ? least : x;
      });
    case BlockOp::kMaximum:
      return binary(to, a, b, constant, count, [](double x, double y) {
        const double most = x > y ? x : y;
        return x == x ? most : x;
      });
    case BlockOp::kLess:
      return binary(to, a, b, constant, count,
                    [](double x, double y) { return x < y ? 1.0 : 0.0; });
    case BlockOp::kLessEqual:
      return binary(to, a, b, constant, count,
                    [](double x, double y) { return x <= y ? 1.0 : 0.0; });
    case BlockOp::kEqual:
      return binary(to, a, b, constant, count,
                    [](double x, double y) { return x == y ? 1.0 : 0.0; });
    case BlockOp::kNotEqual:
      return binary(to, a, b, constant, count,
                    [](double x, double y) { return x != y ? 1.0 : 0.0; });
    case BlockOp::kKnown:
      return binary(to, a, b, constant, count, [](double x, double y) { return x == x ? x : y; });
    case BlockOp::kStep:
      return binary(to, a, b, constant, count, [](double x, double y) {
        const double stepped = y >= x ? 1.0 : 0.0;
        return y == y ? stepped : y;
      });
    default:
      return;
  }
}

ENGINE_CLONES void select(double* __restrict to, const double* flag, const double* yes,
                          const double* no, double yes_constant, double no_constant, int count) {
  if (yes != nullptr && no != nullptr) {
    for (int i = 0; i < count; ++i) to[i] = flag[i] != 0 ? yes[i] : no[i];
  } else if (yes != nullptr) {
    for (int i = 0; i < count; ++i) to[i] = flag[i] != 0 ? yes[i] : no_constant;
  } else if (no != nullptr) {
    for (int i = 0; i < count; ++i) to[i] = flag[i] != 0 ? yes_constant : no[i];
  } else {
    for (int i = 0; i < count; ++i) to[i] = flag[i] != 0 ? yes_constant : no_constant;
  }
}

void tag_bits(double* __restrict to, const std::uint32_t* bits, const std::int32_t* tracks,
              int count) {
  for (int i = 0; i < count; ++i) to[i] = bits[tracks[i] >> 5] >> (tracks[i] & 31) & 1;
}

#if defined(ENGINE_HAS_VECTOR_MATH)
/// A block is whole, whatever the row count, so that no row is computed another way.
template <__m128d (*two)(__m128d)>
void pairwise(double* to, const double* from, int count) {
  for (int i = 0; i < count; i += 2) _mm_storeu_pd(to + i, two(_mm_loadu_pd(from + i)));
}
#endif

void each(double* to, const double* from, int count, double (*function)(double)) {
  for (int i = 0; i < count; ++i) to[i] = function(from[i]);
}

ENGINE_CLONES void one_operand(const BlockInstruction& instruction, double* __restrict to,
                               const double* from, int count) {
  switch (instruction.op) {
    case BlockOp::kSquareRoot:
      for (int i = 0; i < count; ++i) to[i] = std::sqrt(from[i]);
      return;
    case BlockOp::kAbsolute:
      for (int i = 0; i < count; ++i) to[i] = std::fabs(from[i]);
      return;
    case BlockOp::kFloor:
      for (int i = 0; i < count; ++i) to[i] = std::floor(from[i]);
      return;
    case BlockOp::kCeil:
      for (int i = 0; i < count; ++i) to[i] = std::ceil(from[i]);
      return;
    default:
      return each(to, from, count, instruction.function);
  }
}

void run(const BlockInstruction& instruction, BlockRegister* registers,
         const FormulaBinding& binding, std::int64_t begin, int count) {
  const auto block = [&](int reg) { return reg < 0 ? nullptr : registers[reg].rows; };
  const auto column_at = [&](int place) -> const FormulaColumn& {
    return (*binding.columns)[static_cast<std::size_t>(place)];
  };
  const auto operand = [&](int reg, int column) -> Operand {
    if (column < 0) return {block(reg), nullptr};
    return {nullptr, column_at(column).data.as<float>() + begin};
  };
  double* to = registers[instruction.dst].rows;
  const double* a = block(instruction.a);
  const double* b = block(instruction.b);
  switch (instruction.op) {
    case BlockOp::kLoad:
      return load(to, column_at(instruction.column), binding.tracks, begin, count);
    case BlockOp::kNumber:
      return std::fill(to, to + count, instruction.imm);
    case BlockOp::kTagBit:
      return tag_bits(to, instruction.bits, binding.tracks + begin, count);
    case BlockOp::kSelect:
      return select(to, block(instruction.c), a, b, instruction.imm, instruction.imm2, count);
#if defined(ENGINE_HAS_VECTOR_MATH)
    case BlockOp::kExp:
      return pairwise<_ZGVbN2v_exp>(to, a, count);
    case BlockOp::kLog:
      return pairwise<_ZGVbN2v_log>(to, a, count);
#else
    case BlockOp::kExp:
    case BlockOp::kLog:
#endif
    case BlockOp::kSquareRoot:
    case BlockOp::kAbsolute:
    case BlockOp::kFloor:
    case BlockOp::kCeil:
    case BlockOp::kCall:
      return one_operand(instruction, to, a, count);
    case BlockOp::kWeightedSum:
      return weighted_sum(to, operand(instruction.a, instruction.a_column),
                          operand(instruction.b, instruction.b_column), instruction.imm,
                          instruction.imm2, count);
    case BlockOp::kModulo:
      return modulo(to, {a}, {b}, instruction.imm, count);
    case BlockOp::kPower:
      return power(to, {a}, {b}, instruction.imm, count);
    default:
      return two_operands(instruction.op, to, operand(instruction.a, instruction.a_column),
                          operand(instruction.b, instruction.b_column), instruction.imm, count);
  }
}

/// Returns whether all are finite as floats.
ENGINE_CLONES bool store(const double* __restrict from, float* __restrict to, int count) {
  int others = 0;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<float>(from[i]);
    to[i] = value;
    others |= value - value != 0 ? 1 : 0;  // of an infinity and of NaN the difference is NaN
  }
  return others == 0;
}
ENGINE_CLONES void store(const double* __restrict from, std::uint8_t* __restrict to, int count) {
  for (int i = 0; i < count; ++i) to[i] = from[i] != 0 ? 1 : 0;
}
/// x - x is 0 for every finite x, and NaN for the others.
ENGINE_CLONES bool are_finite(const float* values, std::int64_t count) {
  int others = 0;
  for (std::int64_t i = 0; i < count; ++i) others |= values[i] - values[i] != 0 ? 1 : 0;
  return others == 0;
}
bool has_any(const double* flags, int count) {
  return std::any_of(flags, flags + count, [](double flag) { return flag != 0; });
}

}  // namespace

ProgramRows run_program(const BlockProgram& program, const FormulaBinding& binding,
                        std::int64_t begin, std::int64_t end, void* out, BlockRegister* registers) {
  ProgramRows rows;
  for (std::int64_t row = begin; row < end; row += kBlockRows) {
    const int count = static_cast<int>(std::min<std::int64_t>(kBlockRows, end - row));
    for (const BlockInstruction& instruction : program.instructions) {
      run(instruction, registers, binding, row, count);
    }
    const double* result = registers[program.result].rows;
    rows.all_returned =
        program.unreturned < 0 || !has_any(registers[program.unreturned].rows, count);
    if (!rows.all_returned) return rows;
    if (program.is_filter) {
      store(result, static_cast<std::uint8_t*>(out) + row, count);
    } else if (!store(result, static_cast<float*>(out) + row, count)) {
      rows.all_finite = false;
    }
  }
  return rows;
}

std::int64_t first_not_finite(const float* values, std::int64_t begin, std::int64_t end) {
  if (are_finite(values + begin, end - begin)) return end;
  while (values[begin] - values[begin] == 0) ++begin;
  return begin;
}

}  // namespace engine
