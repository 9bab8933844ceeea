// Who played what, how much: the matrix that the collaborative models learn from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace model {

/// A sparse matrix, compressed by rows; column numbers ascend within a row.
/// Memory  8 bytes an entry, 8 bytes a row
struct SparseMatrix {
  std::int32_t columns = 0;
  std::vector<std::int64_t> offsets{0};  // rows + 1 entries
  std::vector<std::int32_t> indices;
  std::vector<float> values;

  [[nodiscard]] std::int32_t rows() const { return static_cast<std::int32_t>(offsets.size()) - 1; }
  [[nodiscard]] std::int64_t entries() const { return offsets.back(); }
  [[nodiscard]] std::span<const std::int32_t> row(std::int32_t r) const {
    return {indices.data() + offsets[static_cast<std::size_t>(r)], length(r)};
  }
  [[nodiscard]] std::span<const float> row_values(std::int32_t r) const {
    return {values.data() + offsets[static_cast<std::size_t>(r)], length(r)};
  }

 private:
  [[nodiscard]] std::size_t length(std::int32_t r) const {
    const auto at = static_cast<std::size_t>(r);
    return static_cast<std::size_t>(offsets[at + 1] - offsets[at]);
  }
};

/// Rows become columns. Column numbers ascend in the result too.
SparseMatrix transposed(const SparseMatrix& matrix);

/// The matrix with column c called rank[c]; `rank` is a permutation of the columns.
SparseMatrix with_columns(const SparseMatrix& matrix, std::span<const std::int32_t> rank);

/// rank[column]: 0 for the column of most entries; equal counts by column number.
std::vector<std::int32_t> popularity_ranks(const SparseMatrix& matrix);

/// Rows as bytes, for another process of the same kind: 4 bytes a row, 8 an entry.
std::string packed_lists(const SparseMatrix& lists);
/// Throws std::runtime_error where the bytes are not `rows` rows of columns below `columns`.
SparseMatrix unpacked_lists(std::string_view bytes, std::int32_t rows, std::int32_t columns);

}  // namespace model
