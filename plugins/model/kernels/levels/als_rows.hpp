// The inner loops of alternating least squares. Compiled once for each x86-64 level; als.cpp picks
// one and owns the memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace model {

/// Half an iteration: rows of a sparse matrix whose factors are wanted, given those of its columns.
/// Row r solves  (gram + sum of w y y' + ridge[r] I) x = sum of w y  over its entries (w, y).
struct AlsHalf {
  const std::int64_t* offsets;  // of the rows wanted; compressed by rows, as SparseMatrix
  const std::int32_t* columns;
  const float* weights;    // > 0
  std::int64_t entries;    // of the whole matrix: what stands behind a row may be fetched ahead
  const float* given;      // column factors, `width` floats each
  const float* gram;       // width x width, symmetric: unobserved_weight * sum of y y' over all
  const float* ridge;      // > 0, per row
  float* wanted;           // row factors; conjugate gradients start from what stands here
  std::int32_t width;      // a multiple of 16
  std::int32_t cg_steps;   // 0: solve exactly, by Cholesky decomposition
  std::int32_t held_rows;  // gathered rows that scratch has room for, a multiple of 16
};

struct AlsRows {
  /// Floats of scratch that solve() needs, aligned to 64 bytes.
  std::size_t (*scratch)(std::int32_t width, std::int32_t held_rows);
  /// Solves rows begin .. end. Each is solved by itself, so that neither its neighbours nor threads
  /// change a bit of it.
  void (*solve)(const AlsHalf& half, std::int64_t begin, std::int64_t end, float* scratch);
  /// sums += rows' rows, on and above the diagonal (below it stands nothing of meaning);
  /// sums is width x width, rows is count x width.
  void (*add_products)(const float* rows, std::int64_t count, std::int32_t width, float* sums);
  /// Sum over the entries of rows begin .. end of w (1 - x y)^2 - w: what the observed add to the
  /// loss, less a constant.
  double (*observed_loss)(const AlsHalf& half, std::int64_t begin, std::int64_t end);
};

extern const AlsRows kAlsRows_baseline;
extern const AlsRows kAlsRows_v3;
extern const AlsRows kAlsRows_v4;

}  // namespace model
