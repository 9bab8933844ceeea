#include "fold_in_loops.hpp"

#include "shared/levels/lanes.hpp"
#include "shared/levels/level_name.hpp"

namespace recall {
namespace {

void add_product(double* a, std::size_t dim, double weight, const float* y) {
  for (std::size_t i = 0; i < dim; ++i, a += dim) {
    const double scaled = weight * y[i];
    for (std::size_t j = i; j < dim; ++j) a[j] += scaled * y[j];
  }
}

void decompose(double* a, std::size_t dim) {
  for (std::size_t k = 0; k < dim; ++k) {
    double* __restrict row = a + k * dim;
    const double inverse = 1 / __builtin_sqrt(row[k]);
    for (std::size_t j = k; j < dim; ++j) row[j] *= inverse;
    for (std::size_t i = k + 1; i < dim; ++i) {
      double* __restrict below = a + i * dim;
      const double factor = row[i];
      for (std::size_t j = i; j < dim; ++j) below[j] -= factor * row[j];
    }
  }
}

void subtract(float* __restrict from, float factor, const float* __restrict what,
              std::size_t count) {
  for (std::size_t s = 0; s < count; ++s) from[s] -= factor * what[s];
}

void scale(float* values, float factor, std::size_t count) {
  for (std::size_t s = 0; s < count; ++s) values[s] *= factor;
}

void solve(const float* u, std::size_t dim, std::size_t count, float* b) {
  for (std::size_t k = 0; k < dim; ++k) {
    scale(b + k * count, 1 / u[k * dim + k], count);
    for (std::size_t j = k + 1; j < dim; ++j)
      subtract(b + j * count, u[k * dim + j], b + k * count, count);
  }
  for (std::size_t k = dim; k-- > 0;) {
    for (std::size_t j = k + 1; j < dim; ++j)
      subtract(b + k * count, u[k * dim + j], b + j * count, count);
    scale(b + k * count, 1 / u[k * dim + k], count);
  }
}

// The sums of sixteen places stay in registers over all of `k`, for as many rows as there are registers
// left. Vectors are never wider than a register is: GCC keeps those in memory.
constexpr std::size_t kVectors = kGiftLanes / kLanes;
#if defined(__AVX512F__)
constexpr std::size_t kTileRows = 12;
#elif defined(__AVX2__)
constexpr std::size_t kTileRows = 6;
#else
constexpr std::size_t kTileRows = 3;
#endif

template <std::size_t Rows>
void products_of(const float* const* rows, std::size_t dim, const float* parts, std::size_t width,
                 float* products) {
  for (std::size_t s = 0; s < width; s += kGiftLanes) {
    Lanes sums[Rows][kVectors] = {};
    for (std::size_t k = 0; k < dim; ++k) {
      Lanes part[kVectors];
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) part[v] = load(parts + k * width + s + v * kLanes);
#pragma GCC unroll 12
      for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] += part[v] * rows[r][k];
      }
    }
#pragma GCC unroll 12
    for (std::size_t r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v)
        store(products + r * width + s + v * kLanes, sums[r][v]);
    }
  }
}

void products(const float* const* rows, std::size_t count, std::size_t dim, const float* parts,
              std::size_t width, float* products) {
  std::size_t r = 0;
  for (; r + kTileRows <= count; r += kTileRows)
    products_of<kTileRows>(rows + r, dim, parts, width, products + r * width);
  for (; r < count; ++r) products_of<1>(rows + r, dim, parts, width, products + r * width);
}

std::size_t largest(const float* a, const float* b, float scale, std::size_t width) {
  float best = -__builtin_inff();
  std::size_t place = 0;
  for (std::size_t s = 0; s < width; s += kLanes) {
    Lanes values = load(a + s);
    if (b != nullptr) values += scale * load(b + s);
    if (lanes_above(values, spread(best)) == 0) continue;
    for (std::size_t k = 0; k < kLanes; ++k) {
      if (!(values[k] > best)) continue;
      best = values[k];
      place = s + k;
    }
  }
  return place;
}

}  // namespace

extern const FoldInLoops PLAYLIST_LEVEL_NAME(kFoldInLoops_);
const FoldInLoops PLAYLIST_LEVEL_NAME(kFoldInLoops_) = {add_product, decompose, solve, products,
                                                        largest};

}  // namespace recall
