// Squared Euclidean distances of rows, sixteen rows at a time, at the processor's level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "content_space.hpp"

namespace model {

inline constexpr std::size_t kRowsOfBlock = 16;

/// Rows in blocks of sixteen: value d of row r stands at (r / 16 * dim + d) * 16 + r % 16. Rows that
/// fill up the last block are infinitely far from all others.
class RowBlocks {
 public:
  explicit RowBlocks(const Vectors& rows);
  /// Of these rows, in this order; -1 is a row infinitely far away.
  RowBlocks(const Vectors& rows, std::span<const std::int32_t> order);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t dim() const { return dim_; }
  [[nodiscard]] std::size_t count() const { return (rows_ + kRowsOfBlock - 1) / kRowsOfBlock; }
  [[nodiscard]] const float* data() const { return values_.data(); }
  [[nodiscard]] float value(std::size_t row, std::size_t d) const {
    return values_[(row / kRowsOfBlock * dim_ + d) * kRowsOfBlock + row % kRowsOfBlock];
  }

 private:
  void put(std::size_t at, const float* row);
  std::size_t rows_, dim_;
  std::vector<float> values_;
};

/// What Prim's algorithm knows of the rows that are not in the tree yet, kRowsOfBlock a block.
struct OpenRows {
  const float* blocks;  // as RowBlocks
  const float* core;    // squared core distance; infinite: fills up the last block
  float* least;         // squared distance to the tree, infinite at first; < 0: in the tree
  std::int32_t* from;   // the row of the tree that is as near
};

struct LeastRow {
  float least;  // infinite: none is open
  std::size_t at;
};

/// Compiled for each x86-64 level (levels/row_distances.cpp). Sums run over the values in ascending
/// order, so that the distance from a to b is the one from b to a, to the bit.
struct RowDistances {
  /// out[r] of all rows of `block_count` blocks.
  void (*squared)(const float* query, const float* blocks, std::size_t dim, std::size_t block_count,
                  float* out);
  /// Four queries at once, `dim` values each, one after the other: calls take(context, query, row,
  /// squared) for rows nearer than bounds[query], ascending. It may lower the bound.
  void (*nearer)(const float* queries, const float* blocks, std::size_t dim,
                 std::size_t block_count, float* bounds, void* context,
                 void (*take)(void*, std::size_t query, std::size_t row, float squared));
  /// Puts `row`, with these values and this squared core distance, into the tree: where
  /// max(squared distance, both cores) is less than `least`, it becomes that. Returns the open row
  /// that is nearest to the tree, of equal ones the first.
  LeastRow (*grow)(std::int32_t row, const float* values, float core, std::size_t dim,
                   std::size_t block_count, const OpenRows& open);
};

/// Those of this processor.
const RowDistances& row_distances();

/// The squared distance of each row to its k-th nearest other row, 1 <= k < rows. The same for any
/// number of threads.
std::vector<float> squared_distances_to_nearest(const Vectors& rows, std::size_t k, int threads);

}  // namespace model
