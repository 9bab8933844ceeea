#include "row_scan.hpp"

#include "shared/cpu.hpp"

namespace model {

void block_maxima(const float* sums, std::size_t blocks, float* highest) {
  shared::of_this_processor(block_maxima_baseline, block_maxima_v3, block_maxima_v4)(sums, blocks,
                                                                                     highest);
}

std::size_t scan_row(float* sums, const float* highest, const RowBounds& bounds, std::size_t blocks,
                     FoundSum* found) {
  return shared::of_this_processor(scan_row_baseline, scan_row_v3, scan_row_v4)(
      sums, highest, bounds, blocks, found);
}

}  // namespace model
