// Cholesky decomposition of a small symmetric matrix, A = U'U in place on and above the diagonal,
// and the two solutions with it, U'z = b and U x = z. `width` is a multiple of 16. Rows of U are
// finished band by band, so that what the rows above a band take away from it is added up in
// registers. In an unnamed namespace: every level has its own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "shared/levels/lanes.hpp"

namespace model {
namespace {

/// Rows of a band, which are finished one vector of columns after the other, in registers.
constexpr int kBand = kLanes == 4 ? 4 : 8;
/// A pivot that rounding made smaller than this part of its diagonal is raised to it.
constexpr float kLeastPivot = 1e-7f;

/// The band's part in columns j .. j + kLanes, less what the rows of U above it take away.
inline void load_band(const float* a, std::int32_t width, std::int32_t band, std::int32_t j,
                      Lanes* rows) {
#pragma GCC unroll 8
  for (int r = 0; r < kBand; ++r)
    rows[r] = load_aligned(a + static_cast<std::size_t>(band + r) * width + j);
  const float* above = a;
  for (std::int32_t k = 0; k < band; ++k, above += width) {
    const Lanes values = load_aligned(above + j);
#pragma GCC unroll 8
    for (int r = 0; r < kBand; ++r) rows[r] -= values * above[band + r];
  }
}

inline void store_band(float* a, std::int32_t width, std::int32_t band, std::int32_t j,
                       const Lanes* rows) {
#pragma GCC unroll 8
  for (int r = 0; r < kBand; ++r)
    store_aligned(a + static_cast<std::size_t>(band + r) * width + j, rows[r]);
}

/// The columns with the diagonal, which begins at lane Begin; `inverse` gets 1 / U's diagonal.
template <int Begin>
void decompose_diagonal(float* a, std::int32_t width, std::int32_t band, float* inverse) {
  const std::int32_t j = band - Begin;
  float least[kBand];
  for (int k = 0; k < kBand; ++k)
    least[k] = kLeastPivot * a[static_cast<std::size_t>(band + k) * width + band + k];
  Lanes rows[kBand];
  load_band(a, width, band, j, rows);
#pragma GCC unroll 8
  for (int k = 0; k < kBand; ++k) {
    const float pivot = rows[k][Begin + k] > least[k] ? rows[k][Begin + k] : least[k];
    inverse[band + k] = 1 / __builtin_sqrtf(pivot);
    rows[k] *= inverse[band + k];
#pragma GCC unroll 8
    for (int r = k + 1; r < kBand; ++r) rows[r] -= rows[k] * rows[k][Begin + r];
  }
  store_band(a, width, band, j, rows);
}

inline void decompose(float* a, std::int32_t width, float* inverse) {
  for (std::int32_t band = 0; band < width; band += kBand) {
    if (band % kLanes == 0)
      decompose_diagonal<0>(a, width, band, inverse);
    else
      decompose_diagonal<kLanes - kBand>(a, width, band, inverse);
    const float* diagonal = a + static_cast<std::size_t>(band) * width + band;
    for (std::int32_t j = band / kLanes * kLanes + kLanes; j < width; j += kLanes) {
      Lanes rows[kBand];
      load_band(a, width, band, j, rows);
#pragma GCC unroll 8
      for (int k = 0; k < kBand; ++k) {
        rows[k] *= inverse[band + k];
#pragma GCC unroll 8
        for (int r = k + 1; r < kBand; ++r)
          rows[r] -= rows[k] * diagonal[static_cast<std::size_t>(k) * width + r];
      }
      store_band(a, width, band, j, rows);
    }
  }
}

/// b becomes z of U'z = b: row k of U is taken off what stands behind it.
inline void solve_forward(const float* u, const float* inverse, std::int32_t width, float* b) {
  for (std::int32_t k = 0; k < width; ++k, u += width) {
    const float z = b[k] * inverse[k];
    const std::int32_t own = k / kLanes * kLanes;
    for (std::int32_t j = own + kLanes; j < width; j += kLanes)
      store_aligned(b + j, load_aligned(b + j) - load_aligned(u + j) * z);
    for (std::int32_t j = k + 1; j < own + kLanes; ++j) b[j] -= u[j] * z;
    b[k] = z;
  }
}

/// z becomes x of U x = z, kLanes rows of U at a time.
inline void solve_backward(const float* u, const float* inverse, std::int32_t width, float* z) {
  for (std::int32_t begin = width - kLanes; begin >= 0; begin -= kLanes) {
    const float* rows = u + static_cast<std::size_t>(begin) * width;
    Lanes sums[kLanes] = {};
    for (std::int32_t j = begin + kLanes; j < width; j += kLanes) {
      const Lanes known = load_aligned(z + j);
#pragma GCC unroll 16
      for (int r = 0; r < kLanes; ++r)
        sums[r] += load_aligned(rows + static_cast<std::size_t>(r) * width + j) * known;
    }
    store_aligned(z + begin, load_aligned(z + begin) - sums_of(sums));
    for (std::int32_t k = kLanes - 1; k >= 0; --k) {
      const float x = z[begin + k] * inverse[begin + k];
      z[begin + k] = x;
      for (std::int32_t r = 0; r < k; ++r)
        z[begin + r] -= rows[static_cast<std::size_t>(r) * width + begin + k] * x;
    }
  }
}

}  // namespace
}  // namespace model
