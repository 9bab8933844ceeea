// Vectors as wide as the x86-64 level that is being compiled, for loops written by hand. Included by
// the .cpp files of a folder `levels` only; in an unnamed namespace, as every level has its own.
#pragma once

#include <cstddef>
#include <immintrin.h>

namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
typedef int Integers __attribute__((vector_size(kLanes * sizeof(int))));

// How Lanes lie in memory: anywhere, or at a multiple of their size.
typedef float LooseLanes
    __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
typedef float AlignedLanes __attribute__((vector_size(kLanes * sizeof(float)), may_alias));

inline Lanes load(const float* from) {
  return *reinterpret_cast<const LooseLanes*>(from);
}
inline void store(float* to, Lanes lanes) {
  *reinterpret_cast<LooseLanes*>(to) = lanes;
}
inline Lanes load_aligned(const float* from) {
  return *reinterpret_cast<const AlignedLanes*>(from);
}
inline void store_aligned(float* to, Lanes lanes) {
  *reinterpret_cast<AlignedLanes*>(to) = lanes;
}
inline Lanes spread(float value) {
  return value - Lanes{};
}

/// Bit k: a[k] > b[k].
inline unsigned lanes_above(Lanes a, Lanes b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
#elif defined(__AVX2__)
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ)));
#else
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmpgt_ps(a, b)));
#endif
}

/// Halves groups of `Group` lanes: x's group j summed into the first half of group j, y's into the
/// second.
template <int Group, class Vector>
inline Vector fold(Vector x, Vector y) {
  static_assert(sizeof(Vector) == sizeof(Lanes));
#if defined(__AVX512F__)
  if constexpr (Group == 16) {
    return __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
           __builtin_shufflevector(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
                                   31);
  } else if constexpr (Group == 8) {
    return __builtin_shufflevector(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27) +
           __builtin_shufflevector(x, y, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30,
                                   31);
  } else if constexpr (Group == 4) {
    return __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
           __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30,
                                   31);
  } else {
    return __builtin_shufflevector(x, y, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14,
                                   30) +
           __builtin_shufflevector(x, y, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
#elif defined(__AVX2__)
  if constexpr (Group == 8) {
    return __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15);
  } else if constexpr (Group == 4) {
    return __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13) +
           __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
  } else {
    return __builtin_shufflevector(x, y, 0, 8, 2, 10, 4, 12, 6, 14) +
           __builtin_shufflevector(x, y, 1, 9, 3, 11, 5, 13, 7, 15);
  }
#else
  if constexpr (Group == 4) {
    return __builtin_shufflevector(x, y, 0, 1, 4, 5) + __builtin_shufflevector(x, y, 2, 3, 6, 7);
  } else {
    return __builtin_shufflevector(x, y, 0, 4, 2, 6) + __builtin_shufflevector(x, y, 1, 5, 3, 7);
  }
#endif
}

/// Lane r: the sum of the lanes of sums[r]; kLanes sums, which are used up. Inline, so that they
/// stay in registers.
template <int Group = kLanes, class Vector>
[[gnu::always_inline]] inline Vector sums_of(Vector* sums) {
#pragma GCC unroll 8
  for (int k = 0; k < Group / 2; ++k) sums[k] = fold<Group>(sums[k], sums[k + Group / 2]);
  if constexpr (Group > 2) return sums_of<Group / 2>(sums);
  return sums[0];
}

}  // namespace
