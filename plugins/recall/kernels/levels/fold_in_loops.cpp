#include "fold_in_loops.hpp"

#define PLAYLIST_JOIN_(a, b) a##b
#define PLAYLIST_JOIN(a, b) PLAYLIST_JOIN_(a, b)

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

void add_rows(float* sums, float scale, const float* factors, std::size_t dim, const float* rows,
              std::size_t count) {
  for (std::size_t k = 0; k < dim; ++k, rows += count)
    subtract(sums, -scale * factors[k], rows, count);
}

}  // namespace

extern const FoldInLoops PLAYLIST_JOIN(kFoldInLoops_, PLAYLIST_LEVEL);
const FoldInLoops PLAYLIST_JOIN(kFoldInLoops_, PLAYLIST_LEVEL) = {add_product, decompose, solve,
                                                                  add_rows};

}  // namespace recall
