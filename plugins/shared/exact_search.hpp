// The rows of a matrix with the largest dot products with a query: exact, by reading all of them.
//
// matrix   row-major, rows x dim, float32; values finite, or NaN for a row that has none
// query    dim values, finite; for cosines both sides are unit vectors
// k        rows wanted, >= 0; fewer come when the matrix has fewer
// threads  >= 1; the result does not depend on it
// Order    best score first, equal scores by row number; rows whose score is NaN never come
// Cost     one query: the matrix is read once, which is what the time goes into for dim >= 16, or
//          the codes of its rows, a quarter of it, for the same result to the bit
//          Many: the arithmetic of a matrix product; no score is stored that is not among the best
//          so far (a bound per query stands in a register beside the sums, and few pass it)
// Rounding of the single and the batched search differs, as they add up in another order
// Safe to call at once from several threads
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "quantized_rows.hpp"

namespace shared {

struct ScoredRow {
  float score;
  std::int32_t row;
};

struct RowMatrix {
  const float* data;
  std::size_t rows, dim;
  /// Of the same rows, sound: a single query reads these, and of `data` what may be among the best.
  QuantizedRows codes = {};
};

/// The best `k` rows for one query of matrix.dim values.
std::vector<ScoredRow> top_rows(const RowMatrix& matrix, std::span<const float> query,
                                std::size_t k, int threads = 1);

/// The same for a batch, row-major queries.size() / dim x dim; element q belongs to query q.
std::vector<std::vector<ScoredRow>> top_rows_of_each(const RowMatrix& matrix,
                                                     std::span<const float> queries, std::size_t k,
                                                     int threads = 1);

}  // namespace shared
