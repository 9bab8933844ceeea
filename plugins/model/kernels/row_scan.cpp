#include "row_scan.hpp"

#include "playlist/cpu.hpp"

namespace model {

std::size_t scan_row(float* sums, const RowBounds& bounds, std::size_t blocks, FoundSum* found) {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return scan_row_v4(sums, bounds, blocks, found);
    case playlist::CpuLevel::kV3:
      return scan_row_v3(sums, bounds, blocks, found);
    default:
      return scan_row_baseline(sums, bounds, blocks, found);
  }
}

}  // namespace model
