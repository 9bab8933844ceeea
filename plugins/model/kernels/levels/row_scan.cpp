// See ../row_scan.hpp.
#include "../row_scan.hpp"

#include <cstring>

#define PLAYLIST_JOIN_NAMES(a, b) a##b
#define PLAYLIST_LEVEL_NAME(a, b) PLAYLIST_JOIN_NAMES(a, b)

namespace model {
namespace {

/// The highest sum of a block. Numbers >= 0 are ordered as their bits are, and the highest of whole
/// numbers may be looked for in any order, so in wide registers.
float highest(const float* sums) {
  std::int32_t highest_bits = 0;
  for (std::size_t k = 0; k < kScanBlock; ++k) {
    std::int32_t bits = 0;
    std::memcpy(&bits, sums + k, sizeof bits);
    highest_bits = bits > highest_bits ? bits : highest_bits;
  }
  float result = 0;
  std::memcpy(&result, &highest_bits, sizeof result);
  return result;
}

/// Puts the sums of a block that are worth a look at the end of `found`.
std::size_t find(const float* sums, const RowBounds& bounds, float own, std::size_t begin,
                 FoundSum* found, std::size_t count) {
  const float *p = bounds.p + begin, *q = bounds.q + begin;
  const float left = bounds.left, right = bounds.right;
  // The comparisons in wide registers, and then from one found sum to the next.
  alignas(64) std::uint8_t wanted_by[kScanBlock], by_item[kScanBlock];
  for (std::size_t k = 0; k < kScanBlock; ++k)
    wanted_by[k] = static_cast<std::uint8_t>((sums[k] > 0) & (sums[k] >= own));
  for (std::size_t k = 0; k < kScanBlock; ++k) {
    const bool is_enough = sums[k] >= p[k] * left + q[k] * right;
    by_item[k] = static_cast<std::uint8_t>((sums[k] > 0) & is_enough);
  }
  for (std::size_t k = 0; k < kScanBlock; ++k)
    wanted_by[k] = static_cast<std::uint8_t>(wanted_by[k] | by_item[k] << 1);
  for (std::size_t k = 0; k < kScanBlock; k += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, wanted_by + k, sizeof eight);
    while (eight != 0) {
      const int byte = __builtin_ctzll(eight) / 8;
      const std::size_t at = k + static_cast<std::size_t>(byte);
      found[count++] = {sums[at], static_cast<std::int32_t>(begin + at), wanted_by[at]};
      eight &= ~(std::uint64_t{0xFF} << (8 * byte));
    }
  }
  return count;
}

}  // namespace

std::size_t PLAYLIST_LEVEL_NAME(scan_row_, PLAYLIST_LEVEL)(float* sums, const RowBounds& bounds,
                                                           std::size_t blocks, FoundSum* found) {
  std::size_t count = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    float* block = sums + b * kScanBlock;
    const float most = highest(block);
    if (most == 0) continue;
    const float own = bounds.own * bounds.x[b] + bounds.more;
    if (most >= own || most >= bounds.least_p[b] * bounds.left + bounds.least_q[b] * bounds.right)
      count = find(block, bounds, own, b * kScanBlock, found, count);
    std::memset(block, 0, kScanBlock * sizeof(float));
  }
  return count;
}

}  // namespace model
