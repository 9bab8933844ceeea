// The inner loops of the Gram matrix's inverse by conjugate gradients. Compiled once for each
// x86-64 level; gram_inverse.cpp picks one and owns the memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace model {

/// Systems that are solved side by side: one cache line of floats.
inline constexpr std::int32_t kGramLanes = 16;

/// A sparse matrix, compressed by rows, as SparseMatrix.
struct GramRows {
  std::int32_t count;
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* values;
};

/// (X^T X + ridge I) x = b.
struct GramSystem {
  GramRows users, tracks;  // X and X^T
  const float* diagonal;   // of the matrix: per track ridge + sum of its squares
  float ridge;             // > 0
  float tolerance;         // see GramSolver::solve
  std::int32_t most_steps;
};

struct GramSolver {
  /// Floats of scratch that solve() needs, aligned to 64 bytes.
  std::size_t (*scratch)(const GramSystem& system);
  /// Solves for the unit vectors of tracks `first` .. first + kGramLanes; lanes beyond the last
  /// track are 0. x (tracks x kGramLanes, aligned to 64 bytes) gets the columns of the inverse.
  /// Stops when the residual r of every lane has r' D^-1 r <= tolerance^2 times what it was with
  /// x = 0, D being the diagonal, or after most_steps. Returns the steps taken.
  std::int32_t (*solve)(const GramSystem& system, std::int32_t first, float* x, float* scratch);
};

extern const GramSolver kGramSolver_baseline;
extern const GramSolver kGramSolver_v3;
extern const GramSolver kGramSolver_v4;

}  // namespace model
