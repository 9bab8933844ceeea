// See ../row_scan.hpp.
#include "../row_scan.hpp"

#include <cstring>

#include "shared/levels/lanes.hpp"
#include "shared/levels/level_name.hpp"

namespace model {
namespace {

/// The highest of a block's sums. Numbers >= 0 are ordered as their bits are, and the highest of
/// whole numbers may be looked for in any order, so in wide registers.
float highest_of(const float* sums) {
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

/// Bit k: whether lane k of a is at least that of b.
std::uint64_t at_least(Lanes a, Lanes b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ);
#elif defined(__AVX2__)
  return static_cast<std::uint64_t>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GE_OQ)));
#else
  return static_cast<std::uint64_t>(_mm_movemask_ps(_mm_cmpge_ps(a, b)));
#endif
}

/// Puts the sums of a block that are worth a look at the end of `found`. Mostly there are none: the
/// bound of a whole block is that of the item that needs least.
std::size_t find(const float* sums, const RowBounds& bounds, float own, std::size_t begin,
                 FoundSum* found, std::size_t count) {
  const float *p = bounds.p + begin, *q = bounds.q + begin;
  std::uint64_t by_row = 0, by_item = 0;
  for (std::size_t k = 0; k < kScanBlock; k += kLanes) {
    const Lanes sum = load(sums + k);
    const Lanes needed = load(p + k) * bounds.left + load(q + k) * bounds.right;
    by_row |= at_least(sum, Lanes{} + own) << k;
    by_item |= at_least(sum, needed) << k;
  }
  for (std::uint64_t left = by_row | by_item; left != 0; left &= left - 1) {
    const int at = __builtin_ctzll(left);
    if (sums[at] <= 0) continue;
    const int wanted_by = ((by_row >> at & 1) != 0 ? FoundSum::kRow : 0) |
                          ((by_item >> at & 1) != 0 ? FoundSum::kItem : 0);
    found[count++] = {sums[at], static_cast<std::int32_t>(begin) + at, wanted_by};
  }
  return count;
}

}  // namespace

void PLAYLIST_LEVEL_NAME(block_maxima_)(const float* sums, std::size_t blocks, float* highest) {
  for (std::size_t b = 0; b < blocks; ++b) highest[b] = highest_of(sums + b * kScanBlock);
}

std::size_t PLAYLIST_LEVEL_NAME(scan_row_)(float* sums, const float* highest,
                                           const RowBounds& bounds, std::size_t blocks,
                                           FoundSum* found) {
  std::size_t count = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    float* block = sums + b * kScanBlock;
    const float most = highest[b];
    if (most == 0) continue;
    const float own = bounds.own * bounds.x[b] + bounds.more;
    if (most >= own || most >= bounds.least_p[b] * bounds.left + bounds.least_q[b] * bounds.right)
      count = find(block, bounds, own, b * kScanBlock, found, count);
  }
  std::memset(sums, 0, blocks * kScanBlock * sizeof(float));
  return count;
}

}  // namespace model
