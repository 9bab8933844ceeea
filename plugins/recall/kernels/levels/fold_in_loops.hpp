// The inner loops of folding a user in. Compiled once for each x86-64 level; fold_in_loops() picks
// one.
#pragma once

#include <cstddef>

namespace recall {

constexpr std::size_t kGiftLanes = 16;

/// Matrices are row-major; of `a` and `u`, dim x dim, only what is on and above the diagonal
/// counts.
struct FoldInLoops {
  /// a += weight * y y'
  void (*add_product)(double* a, std::size_t dim, double weight, const float* y);
  /// Cholesky: a becomes U with a = U'U. Every pivot must be above 0.
  void (*decompose)(double* a, std::size_t dim);
  /// The columns of b, dim x count, become those of (U'U)^-1 b.
  void (*solve)(const float* u, std::size_t dim, std::size_t count, float* b);
  /// products[r * width + s] = sum over k of rows[r][k] * parts[k * width + s], k ascending;
  /// `width` is a multiple of kGiftLanes.
  void (*products)(const float* const* rows, std::size_t count, std::size_t dim, const float* parts,
                   std::size_t width, float* products);
  /// The first place of the largest a[s] + scale * b[s]; `b` may be nullptr. 0 when all are NaN.
  std::size_t (*largest)(const float* a, const float* b, float scale, std::size_t width);
};

extern const FoldInLoops kFoldInLoops_baseline;
extern const FoldInLoops kFoldInLoops_v3;
extern const FoldInLoops kFoldInLoops_v4;

/// Those of this processor.
const FoldInLoops& fold_in_loops();

}  // namespace recall
