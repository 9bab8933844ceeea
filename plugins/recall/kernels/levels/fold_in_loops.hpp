// The inner loops of folding a user in. Compiled once for each x86-64 level; fold_in.cpp picks one.
#pragma once

#include <cstddef>

namespace recall {

/// Matrices are row-major; of `a` and `u`, dim x dim, only what is on and above the diagonal
/// counts.
struct FoldInLoops {
  /// a += weight * y y'
  void (*add_product)(double* a, std::size_t dim, double weight, const float* y);
  /// Cholesky: a becomes U with a = U'U. Every pivot must be above 0.
  void (*decompose)(double* a, std::size_t dim);
  /// The columns of b, dim x count, become those of (U'U)^-1 b.
  void (*solve)(const float* u, std::size_t dim, std::size_t count, float* b);
  /// sums += scale * sum over k of factors[k] * row k of `rows`, which is dim x count.
  void (*add_rows)(float* sums, float scale, const float* factors, std::size_t dim,
                   const float* rows, std::size_t count);
};

extern const FoldInLoops kFoldInLoops_baseline;
extern const FoldInLoops kFoldInLoops_v3;
extern const FoldInLoops kFoldInLoops_v4;

}  // namespace recall
