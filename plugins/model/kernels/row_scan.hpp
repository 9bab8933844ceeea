// The few places of a long row of sums that are worth a look; compiled for every x86-64 level.
#pragma once

#include <cstddef>
#include <cstdint>

namespace model {

inline constexpr std::size_t kScanBlock = 64;

/// Sum j, of block b, is worth a look when it reaches  own x(b) + more  or  left p(j) + right q(j).
struct RowBounds {
  float own, more;
  const float* x;
  float left, right;
  const float *p, *q;
  const float *least_p, *least_q;  // of each block, so that nearly all need not be looked at
};

struct FoundSum {
  static constexpr int kRow = 1, kItem = 2;
  float sum;
  std::int32_t at;
  int wanted_by;  // kRow: it reaches the first bound, kItem: the second
};

/// Writes the highest sum of each block.
///
/// sums    blocks * kScanBlock, finite, >= 0
void block_maxima(const float* sums, std::size_t blocks, float* highest);

/// Writes to `found` the sums that are above 0 and worth a look, from the first to the last, and
/// returns how many; leaves all sums 0.
///
/// sums, highest   as above
/// found           has room for blocks * kScanBlock
std::size_t scan_row(float* sums, const float* highest, const RowBounds& bounds, std::size_t blocks,
                     FoundSum* found);

void block_maxima_baseline(const float* sums, std::size_t blocks, float* highest);
void block_maxima_v3(const float* sums, std::size_t blocks, float* highest);
void block_maxima_v4(const float* sums, std::size_t blocks, float* highest);
std::size_t scan_row_baseline(float* sums, const float* highest, const RowBounds& bounds,
                              std::size_t blocks, FoundSum* found);
std::size_t scan_row_v3(float* sums, const float* highest, const RowBounds& bounds,
                        std::size_t blocks, FoundSum* found);
std::size_t scan_row_v4(float* sums, const float* highest, const RowBounds& bounds,
                        std::size_t blocks, FoundSum* found);

}  // namespace model
