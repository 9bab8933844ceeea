#include "als_rows.hpp"

#include "cholesky.hpp"
#include "shared/levels/lanes.hpp"
#include "shared/levels/level_name.hpp"

namespace model {
namespace {

// ---- sums of y y': tiles of kTileRows x kTileVectors that stay in registers over all rows ----

constexpr int kTileRows = kLanes == 16 ? 8 : 4, kTileVectors = kLanes == 4 ? 2 : 3;

/// to = from + rows' rows for the tile at (i, j); both are `width` wide.
template <int Vectors>
void add_tile(const float* rows, std::int64_t count, std::int32_t width, std::int32_t i,
              std::int32_t j, const float* from, float* to) {
  Lanes sums[kTileRows][Vectors];
  const std::size_t at = static_cast<std::size_t>(i) * width + j;
#pragma GCC unroll 8
  for (int r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v)
      sums[r][v] = load_aligned(from + at + static_cast<std::size_t>(r) * width + v * kLanes);
  }
  for (std::int64_t k = 0; k < count; ++k, rows += width) {
    Lanes values[Vectors];
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v) values[v] = load_aligned(rows + j + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 3
      for (int v = 0; v < Vectors; ++v) sums[r][v] += values[v] * rows[i + r];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v)
      store_aligned(to + at + static_cast<std::size_t>(r) * width + v * kLanes, sums[r][v]);
  }
}

/// to = from + rows' rows on and above the diagonal.
void add_products_from(const float* rows, std::int64_t count, std::int32_t width, const float* from,
                       float* to) {
  for (std::int32_t i = 0; i < width; i += kTileRows) {
    std::int32_t j = i / kLanes * kLanes;
    for (std::int32_t left = (width - j) / kLanes; left > 0;) {
      if (kTileVectors == 3 && left >= 3 && left != 4) {
        add_tile<3>(rows, count, width, i, j, from, to);
        left -= 3, j += 3 * kLanes;
      } else if (left >= 2) {
        add_tile<2>(rows, count, width, i, j, from, to);
        left -= 2, j += 2 * kLanes;
      } else {
        add_tile<1>(rows, count, width, i, j, from, to);
        left -= 1, j += kLanes;
      }
    }
  }
}

void add_products(const float* rows, std::int64_t count, std::int32_t width, float* sums) {
  add_products_from(rows, count, width, sums, sums);
}

// ---- a row's entries, gathered ----

float* take(float*& scratch, std::size_t count) {
  float* taken = scratch;
  scratch += (count + 15) / 16 * 16;
  return taken;
}

struct Scratch {
  float *matrix, *inverse, *rows, *roots, *residual, *direction, *product;

  Scratch(float* memory, std::int32_t width, std::int32_t held_rows) {
    const auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(held_rows);
    matrix = take(memory, w * w);
    inverse = take(memory, w);
    rows = take(memory, w * h);
    roots = take(memory, h);
    residual = take(memory, w);
    direction = take(memory, w);
    product = take(memory, w);
  }
};

std::size_t scratch_floats(std::int32_t width, std::int32_t held_rows) {
  const auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(held_rows);
  return w * w + w * h + h + 4 * w + 6 * 16;
}

/// How many entries ahead factors are asked for, so that they are near when their turn comes.
constexpr std::int64_t kAhead = 12;

/// Copies sqrt(w) y of the entries begin .. end, and sqrt(w), to where they stay in the cache.
void gather(const AlsHalf& half, std::int64_t begin, std::int64_t end, float* rows, float* roots) {
  const std::int32_t width = half.width;
  for (std::int64_t k = begin; k < end; ++k) {
    if (k + kAhead < half.entries) {
      const float* later = half.given + static_cast<std::size_t>(half.columns[k + kAhead]) * width;
      for (std::int32_t j = 0; j < width; j += 16) __builtin_prefetch(later + j);
    }
    const float* from = half.given + static_cast<std::size_t>(half.columns[k]) * width;
    const float root = __builtin_sqrtf(half.weights[k]);
    for (std::int32_t j = 0; j < width; j += kLanes)
      store_aligned(rows + j, load_aligned(from + j) * root);
    *roots++ = root;
    rows += width;
  }
}

/// sums += coefficients[k] * row k
void add_rows(const float* rows, const float* coefficients, std::int64_t count, std::int32_t width,
              float* sums) {
  for (std::int32_t j = 0; j < width; j += kLanes) {
    Lanes even = load_aligned(sums + j), odd{};
    for (std::int64_t k = 0; k < count; k += 2) {
      even += load_aligned(rows + k * width + j) * coefficients[k];
      odd += load_aligned(rows + (k + 1) * width + j) * coefficients[k + 1];
    }
    store_aligned(sums + j, even + odd);
  }
}

void fill_up(float* rows, float* roots, std::int64_t count, std::int32_t width, std::int64_t to) {
  for (std::int64_t k = count; k < to; ++k) {
    roots[k] = 0;
    for (std::int32_t j = 0; j < width; j += kLanes) store_aligned(rows + k * width + j, Lanes{});
  }
}

std::int64_t rounded_up(std::int64_t count) {
  return (count + 15) / 16 * 16;
}

/// gram + sum of w y y' + ridge in scratch.matrix, and sum of w y in `right`.
void make_equations(const AlsHalf& half, std::int64_t row, const Scratch& scratch, float* right) {
  const std::int32_t width = half.width;
  for (std::int32_t j = 0; j < width; j += kLanes) store_aligned(right + j, Lanes{});
  // As many rows as stay in the first-level cache beside a band of the matrix.
  const std::int64_t chunk = half.held_rows < 64 ? half.held_rows : 64;
  const float* from = half.gram;
  for (std::int64_t k = half.offsets[row]; k < half.offsets[row + 1]; k += chunk) {
    const std::int64_t end = k + chunk < half.offsets[row + 1] ? k + chunk : half.offsets[row + 1];
    gather(half, k, end, scratch.rows, scratch.roots);
    fill_up(scratch.rows, scratch.roots, end - k, width, rounded_up(end - k));
    add_rows(scratch.rows, scratch.roots, rounded_up(end - k), width, right);
    add_products_from(scratch.rows, end - k, width, from, scratch.matrix);
    from = scratch.matrix;
  }
  for (std::int32_t j = 0; j < width; ++j)
    scratch.matrix[static_cast<std::size_t>(j) * width + j] += half.ridge[row];
}

void solve_exactly(const AlsHalf& half, std::int64_t row, const Scratch& scratch, float* x) {
  make_equations(half, row, scratch, x);
  decompose(scratch.matrix, half.width, scratch.inverse);
  solve_forward(scratch.matrix, scratch.inverse, half.width, x);
  solve_backward(scratch.matrix, scratch.inverse, half.width, x);
}

// ---- conjugate gradients ----

/// result = (gram + ridge I) x in the columns j .. j + Vectors * kLanes: several vectors at once,
/// so that a Gram matrix that is larger than the cache is read in long stretches.
template <int Vectors>
void multiply_gram_columns(const AlsHalf& half, float ridge, const float* x, std::int32_t j,
                           float* result) {
  Lanes sums[Vectors];
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; ++v) sums[v] = load_aligned(x + j + v * kLanes) * ridge;
  const float* gram = half.gram + j;
  for (std::int32_t k = 0; k < half.width; ++k, gram += half.width) {
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) sums[v] += load_aligned(gram + v * kLanes) * x[k];
  }
#pragma GCC unroll 8
  for (int v = 0; v < Vectors; ++v) store_aligned(result + j + v * kLanes, sums[v]);
}

/// result = (gram + ridge I) x
void multiply_gram(const AlsHalf& half, std::int64_t row, const float* x, float* result) {
  const float ridge = half.ridge[row];
  std::int32_t j = 0;
  for (; j + 8 * kLanes <= half.width; j += 8 * kLanes)
    multiply_gram_columns<8>(half, ridge, x, j, result);
  for (; j + 4 * kLanes <= half.width; j += 4 * kLanes)
    multiply_gram_columns<4>(half, ridge, x, j, result);
  for (; j < half.width; j += kLanes) multiply_gram_columns<1>(half, ridge, x, j, result);
}

/// sums += sum over rows y of y (y x - root), with `roots` null: of y (y x). A multiple of 16 rows.
void add_observed(const float* rows, const float* roots, std::int64_t count, std::int32_t width,
                  const float* x, float* sums) {
  alignas(64) float coefficients[kLanes];
  for (std::int64_t k = 0; k < count;
       k += kLanes, rows += static_cast<std::size_t>(kLanes) * width) {
    Lanes products[kLanes] = {};
    for (std::int32_t j = 0; j < width; j += kLanes) {
      const Lanes values = load_aligned(x + j);
#pragma GCC unroll 16
      for (int r = 0; r < kLanes; ++r)
        products[r] += load_aligned(rows + static_cast<std::size_t>(r) * width + j) * values;
    }
    const Lanes dots = sums_of(products);
    store_aligned(coefficients, roots ? dots - load_aligned(roots + k) : dots);
    add_rows(rows, coefficients, kLanes, width, sums);
  }
}

float sum_of(Lanes lanes) {
  float sum = 0;
  for (int k = 0; k < kLanes; ++k) sum += lanes[k];
  return sum;
}

float dot(const float* a, const float* b, std::int32_t width) {
  Lanes sum{};
  for (std::int32_t j = 0; j < width; j += kLanes) sum += load_aligned(a + j) * load_aligned(b + j);
  return sum_of(sum);
}

/// a += factor * b
void add_scaled(float* a, float factor, const float* b, std::int32_t width) {
  for (std::int32_t j = 0; j < width; j += kLanes)
    store_aligned(a + j, load_aligned(a + j) + load_aligned(b + j) * factor);
}

/// x moves by cg_steps towards the solution; multiply(p, product) is the matrix, and `residual`
/// holds matrix * x - right side.
template <typename Multiply>
void conjugate_gradients(const AlsHalf& half, const Scratch& scratch, float* x,
                         const Multiply& multiply) {
  const std::int32_t width = half.width;
  float *residual = scratch.residual, *direction = scratch.direction;
  for (std::int32_t j = 0; j < width; j += kLanes)
    store_aligned(direction + j, -load_aligned(residual + j));
  float error = dot(residual, residual, width);
  for (std::int32_t step = 0; step < half.cg_steps && error > 1e-20f; ++step) {
    multiply(direction, scratch.product);
    const float length = error / dot(direction, scratch.product, width);
    add_scaled(x, length, direction, width);
    add_scaled(residual, length, scratch.product, width);
    const float left = dot(residual, residual, width);
    for (std::int32_t j = 0; j < width; j += kLanes)
      store_aligned(direction + j,
                    load_aligned(direction + j) * (left / error) - load_aligned(residual + j));
    error = left;
  }
}

/// Rows that scratch has room for are gathered once and multiplied as they are.
void solve_held(const AlsHalf& half, std::int64_t row, const Scratch& scratch, float* x) {
  const std::int64_t begin = half.offsets[row], end = half.offsets[row + 1];
  const std::int64_t count = rounded_up(end - begin);
  gather(half, begin, end, scratch.rows, scratch.roots);
  fill_up(scratch.rows, scratch.roots, end - begin, half.width, count);
  multiply_gram(half, row, x, scratch.residual);
  add_observed(scratch.rows, scratch.roots, count, half.width, x, scratch.residual);
  conjugate_gradients(half, scratch, x, [&](const float* p, float* product) {
    multiply_gram(half, row, p, product);
    add_observed(scratch.rows, nullptr, count, half.width, p, product);
  });
}

/// result = a x; a is symmetric, and its part below the diagonal is not read.
void multiply_upper(const float* a, std::int32_t width, const float* x, float* result) {
  for (std::int32_t j = 0; j < width; ++j) result[j] = 0;
  for (std::int32_t k = 0; k < width; ++k, a += width) {
    const std::int32_t own = k / kLanes * kLanes;
    Lanes sums{};
    float sum = a[k] * x[k];
    for (std::int32_t j = k + 1; j < own + kLanes; ++j) {
      sum += a[j] * x[j];
      result[j] += a[j] * x[k];
    }
    for (std::int32_t j = own + kLanes; j < width; j += kLanes) {
      sums += load_aligned(a + j) * load_aligned(x + j);
      store_aligned(result + j, load_aligned(result + j) + load_aligned(a + j) * x[k]);
    }
    result[k] += sum + sum_of(sums);
  }
}

/// Longer ones are read once too, to make the matrix itself.
void solve_long(const AlsHalf& half, std::int64_t row, const Scratch& scratch, float* x) {
  float* right = scratch.inverse;
  make_equations(half, row, scratch, right);
  multiply_upper(scratch.matrix, half.width, x, scratch.residual);
  add_scaled(scratch.residual, -1, right, half.width);
  conjugate_gradients(half, scratch, x, [&](const float* p, float* product) {
    multiply_upper(scratch.matrix, half.width, p, product);
  });
}

void solve(const AlsHalf& half, std::int64_t begin, std::int64_t end, float* memory) {
  const Scratch scratch(memory, half.width, half.held_rows);
  for (std::int64_t row = begin; row < end; ++row) {
    float* x = half.wanted + static_cast<std::size_t>(row) * static_cast<std::size_t>(half.width);
    const std::int64_t count = half.offsets[row + 1] - half.offsets[row];
    if (count == 0) {
      for (std::int32_t j = 0; j < half.width; ++j) x[j] = 0;
    } else if (half.cg_steps == 0) {
      solve_exactly(half, row, scratch, x);
    } else if (count <= half.held_rows) {
      solve_held(half, row, scratch, x);
    } else {
      solve_long(half, row, scratch, x);
    }
  }
}

double observed_loss(const AlsHalf& half, std::int64_t begin, std::int64_t end) {
  double loss = 0;
  for (std::int64_t row = begin; row < end; ++row) {
    const float* x =
        half.wanted + static_cast<std::size_t>(row) * static_cast<std::size_t>(half.width);
    for (std::int64_t k = half.offsets[row]; k < half.offsets[row + 1]; ++k) {
      const float* y = half.given + static_cast<std::size_t>(half.columns[k]) *
                                        static_cast<std::size_t>(half.width);
      const double score = dot(x, y, half.width);
      loss += half.weights[k] * (score - 2) * score;
    }
  }
  return loss;
}

}  // namespace

extern const AlsRows PLAYLIST_LEVEL_NAME(kAlsRows_);
const AlsRows PLAYLIST_LEVEL_NAME(kAlsRows_) = {scratch_floats, solve, add_products, observed_loss};

}  // namespace model
