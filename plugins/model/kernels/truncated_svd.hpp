// The strongest directions of a sparse matrix, by subspace iteration.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "interactions.hpp"

namespace model {

struct SvdOptions {
  std::int32_t rank = 256;      // >= 1
  std::int32_t extra = 32;      // further directions that are carried along, for precision
  std::int32_t iterations = 6;  // >= 1; each multiplies by matrix^T matrix once
  int threads = 1;              // >= 1; the result does not depend on it
  /// Called now and then from the calling thread with 0 .. 1; false stops the work.
  std::function<bool(double)> proceed;
};

struct TruncatedSvd {
  std::int32_t rank = 0;               // as asked, at most the columns and the rank of the matrix
  std::vector<float> right;            // columns x rank, row-major; orthonormal columns
  std::vector<float> singular_values;  // descending, > 0
};

/// The leading right singular vectors V and singular values of `matrix`.
///
/// matrix    rows x columns; finite values
/// Start     a Gaussian block drawn from a constant of its own: the same matrix gives the same
///           bytes, on one processor level
/// Memory    4 * (2 columns + rows) * (rank + extra) bytes
/// Returns   rank 0 when `proceed` said stop, or the matrix has no entry
/// Paper     Halko, Martinsson, Tropp: Finding Structure with Randomness, SIAM Review 2011,
///           algorithm 4.4, with a Rayleigh-Ritz step at the end
TruncatedSvd truncated_svd(const SparseMatrix& matrix, const SvdOptions& options);

}  // namespace model
