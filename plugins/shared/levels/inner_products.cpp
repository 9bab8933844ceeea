#include "inner_products.hpp"

#include "lanes.hpp"
#include "level_name.hpp"

namespace shared {
namespace {

// Sixteen sums on every level, added up in one order. A vector is never wider than a register is: GCC
// keeps those in memory.
constexpr std::size_t kSums = 16;
constexpr std::size_t kVectors = kSums / kLanes;

typedef float Quarter __attribute__((vector_size(16)));

inline Quarter quarter_of(const Lanes& x) {
#if defined(__AVX512F__)
  typedef float Half __attribute__((vector_size(32)));
  const Half half = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                    __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_shufflevector(half, half, 0, 1, 2, 3) +
         __builtin_shufflevector(half, half, 4, 5, 6, 7);
#elif defined(__AVX2__)
  return __builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7);
#else
  return x;
#endif
}

struct Sums {
  Lanes parts[kVectors] = {};

  void add_products(const float* a, const float* b) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v)
      parts[v] += load(a + v * kLanes) * load(b + v * kLanes);
  }
};

/// Halved again and again: lane k and lane k + 8, then k + 4, then k + 2.
inline float sum_of(Sums x, const Sums& y) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) x.parts[v] += y.parts[v];
#pragma GCC unroll 2
  for (std::size_t half = kVectors / 2; half > 0; half /= 2) {
#pragma GCC unroll 2
    for (std::size_t v = 0; v < half; ++v) x.parts[v] += x.parts[v + half];
  }
  const Quarter quarter = quarter_of(x.parts[0]);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

inline float product(const float* a, const float* b, std::size_t dim) {
  Sums even, odd;
  std::size_t k = 0;
  for (; k + 2 * kSums <= dim; k += 2 * kSums) {
    even.add_products(a + k, b + k);
    odd.add_products(a + k + kSums, b + k + kSums);
  }
  for (; k + kSums <= dim; k += kSums) even.add_products(a + k, b + k);
  float sum = sum_of(even, odd);
  for (; k < dim; ++k) sum += a[k] * b[k];
  return sum;
}

/// All of a row, a line of 64 bytes after the other.
inline void prefetch(const float* row, std::size_t dim) {
  constexpr std::size_t kMostLines = 8;  // the processor follows by itself from there
  constexpr std::size_t kLine = 16;
  for (std::size_t k = 0; k < dim && k < kMostLines * kLine; k += kLine)
    __builtin_prefetch(row + k);
}

void gathered(const float* query, const float* rows, std::size_t dim, const std::int32_t* ids,
              std::size_t count, float* scores) {
  constexpr std::size_t kAhead = 8;
  const auto row = [&](std::size_t k) { return rows + static_cast<std::size_t>(ids[k]) * dim; };
  for (std::size_t k = 0; k < count && k < kAhead; ++k) prefetch(row(k), dim);
  for (std::size_t k = 0; k < count; ++k) {
    if (k + kAhead < count) prefetch(row(k + kAhead), dim);
    scores[k] = product(query, row(k), dim);
  }
}

float distance(const float* a, const float* b, std::size_t dim) {
  return -product(a, b, dim);
}

}  // namespace

extern const InnerProducts PLAYLIST_LEVEL_NAME(kInnerProducts_);
const InnerProducts PLAYLIST_LEVEL_NAME(kInnerProducts_) = {gathered, distance};

}  // namespace shared
