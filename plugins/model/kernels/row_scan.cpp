#include "row_scan.hpp"

#include "playlist/cpu.hpp"

namespace model {

void block_maxima(const float* sums, std::size_t blocks, float* highest) {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return block_maxima_v4(sums, blocks, highest);
    case playlist::CpuLevel::kV3:
      return block_maxima_v3(sums, blocks, highest);
    default:
      return block_maxima_baseline(sums, blocks, highest);
  }
}

std::size_t scan_row(float* sums, const float* highest, const RowBounds& bounds, std::size_t blocks,
                     FoundSum* found) {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return scan_row_v4(sums, highest, bounds, blocks, found);
    case playlist::CpuLevel::kV3:
      return scan_row_v3(sums, highest, bounds, blocks, found);
    default:
      return scan_row_baseline(sums, highest, bounds, blocks, found);
  }
}

}  // namespace model
