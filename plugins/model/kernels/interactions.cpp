#include "interactions.hpp"

#include <algorithm>
#include <numeric>

namespace model {
namespace {

std::vector<std::int64_t> column_offsets(const SparseMatrix& matrix) {
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(matrix.columns) + 1);
  for (const std::int32_t column : matrix.indices) ++offsets[static_cast<std::size_t>(column) + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  return offsets;
}

}  // namespace

SparseMatrix transposed(const SparseMatrix& matrix) {
  SparseMatrix result;
  result.columns = matrix.rows();
  result.offsets = column_offsets(matrix);
  result.indices.resize(matrix.indices.size());
  result.values.resize(matrix.values.size());
  std::vector<std::int64_t> next(result.offsets.begin(), result.offsets.end() - 1);
  for (std::int32_t row = 0; row < matrix.rows(); ++row) {
    const auto columns = matrix.row(row);
    const auto values = matrix.row_values(row);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(columns[k])]++);
      result.indices[at] = row;
      result.values[at] = values[k];
    }
  }
  return result;
}

// Two transpositions sort the rows in linear time.
SparseMatrix with_columns(const SparseMatrix& matrix, std::span<const std::int32_t> rank) {
  SparseMatrix renamed = matrix;
  for (std::int32_t& column : renamed.indices) column = rank[static_cast<std::size_t>(column)];
  return transposed(transposed(renamed));
}

std::vector<std::int32_t> popularity_ranks(const SparseMatrix& matrix) {
  const std::vector<std::int64_t> offsets = column_offsets(matrix);
  std::vector<std::int32_t> by_count(static_cast<std::size_t>(matrix.columns));
  std::iota(by_count.begin(), by_count.end(), 0);
  const auto count = [&](std::int32_t column) {
    const auto at = static_cast<std::size_t>(column);
    return offsets[at + 1] - offsets[at];
  };
  std::stable_sort(by_count.begin(), by_count.end(),
                   [&](std::int32_t a, std::int32_t b) { return count(a) > count(b); });
  std::vector<std::int32_t> rank(by_count.size());
  for (std::size_t k = 0; k < by_count.size(); ++k)
    rank[static_cast<std::size_t>(by_count[k])] = static_cast<std::int32_t>(k);
  return rank;
}

}  // namespace model
