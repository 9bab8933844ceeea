// Small matrix products and what goes with them, for the x86-64 level that is being compiled:
// included by the .cpp files of a folder `levels` only.
//
// Rows are multiples of 16 numbers long. A tile of a few rows x two vectors of the result stays in
// registers while the depth runs; a number of the left matrix is spread over a vector, so that the
// left matrix may as well be read transposed.
#pragma once

#include "lanes.hpp"

namespace {

#if defined(__AVX512F__)
constexpr int kTileRows = 8;
#elif defined(__AVX2__)
constexpr int kTileRows = 6;
#else
constexpr int kTileRows = 4;
#endif

inline float sum(Lanes v) {
#if defined(__AVX512F__)
  v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
#elif defined(__AVX2__)
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
#else
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
  return v[0] + v[1];
}

inline float dot(const float* a, const float* b, int count) {
  Lanes total = load(a) * load(b);
  for (int k = kLanes; k < count; k += kLanes) total += load(a + k) * load(b + k);
  return sum(total);
}

/// to += factor * from.
inline void add_scaled(float* to, float factor, const float* from, int count) {
  for (int k = 0; k < count; k += kLanes) store(to + k, load(to + k) + factor * load(from + k));
}

/// 1 / (1 + exp(-x)), to about 2e-7. exp as 2^n times a polynomial of degree 6 in |r| <= ln 2 / 2.
inline Lanes sigmoid(Lanes x) {
  const Lanes limit = spread(87.0f);
  x = x > limit ? limit : x;
  x = x < -limit ? -limit : x;
  const Lanes magic = spread(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const Lanes shifted = x * -1.44269504f + magic;
  const Lanes n = shifted - magic;
  const Lanes r = (-x - n * 0.693359375f) + n * 2.12194440e-4f;
  Lanes p = spread(1.0f / 720);
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Integers power =
      (reinterpret_cast<Integers>(shifted) << 23) + reinterpret_cast<Integers>(p);
  return 1.0f / (1.0f + reinterpret_cast<Lanes>(power));
}

/// Of numbers >= 0, to about 2e-7: Newton's steps for 1 / sqrt(x) from a guess by the exponent.
inline Lanes square_root(Lanes x) {
  Lanes y = reinterpret_cast<Lanes>(0x5f375a86 - (reinterpret_cast<Integers>(x) >> 1));
  for (int step = 0; step < 3; ++step) y *= 1.5f - 0.5f * x * y * y;
  return x * y;
}

template <int Rows, int Vectors>
inline void tile(float* c, long c_row, const float* a, long a_row, long a_step, const float* b,
                 long b_row, int depth, bool is_added) {
  Lanes sums[Rows][Vectors];
  for (int r = 0; r < Rows; ++r)
    for (int n = 0; n < Vectors; ++n)
      sums[r][n] = is_added ? load(c + r * c_row + n * kLanes) : Lanes{};
  for (int k = 0; k < depth; ++k) {
    Lanes right[Vectors];
    for (int n = 0; n < Vectors; ++n) right[n] = load(b + k * b_row + n * kLanes);
    for (int r = 0; r < Rows; ++r) {
      const Lanes left = spread(a[r * a_row + k * a_step]);
      for (int n = 0; n < Vectors; ++n) sums[r][n] += left * right[n];
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int n = 0; n < Vectors; ++n) store(c + r * c_row + n * kLanes, sums[r][n]);
}

template <int Vectors>
inline void strip(float* c, long c_row, const float* a, long a_row, long a_step, const float* b,
                  long b_row, int rows, int depth, bool is_added) {
  int r = 0;
  for (; r + kTileRows <= rows; r += kTileRows)
    tile<kTileRows, Vectors>(c + r * c_row, c_row, a + r * a_row, a_row, a_step, b, b_row, depth,
                             is_added);
  for (; r + 2 <= rows; r += 2)
    tile<2, Vectors>(c + r * c_row, c_row, a + r * a_row, a_row, a_step, b, b_row, depth, is_added);
  if (r < rows)
    tile<1, Vectors>(c + r * c_row, c_row, a + r * a_row, a_row, a_step, b, b_row, depth, is_added);
}

/// c (rows x columns) = or += a (rows x depth) b (depth x columns). a's number (r, k) is
/// a[r * a_row + k * a_step]; c and b have rows of c_row and b_row numbers. columns is a multiple
/// of 16. The sum over the depth runs in order, whatever the sizes.
inline void product(float* c, long c_row, const float* a, long a_row, long a_step, const float* b,
                    long b_row, int rows, int depth, int columns, bool is_added) {
  int column = 0;
  for (; column + 2 * kLanes <= columns; column += 2 * kLanes)
    strip<2>(c + column, c_row, a, a_row, a_step, b + column, b_row, rows, depth, is_added);
  if (column < columns)
    strip<1>(c + column, c_row, a, a_row, a_step, b + column, b_row, rows, depth, is_added);
}

}  // namespace
