#include "kernels/symmetric_inverse.hpp"

#include "playlist/random.hpp"

#include <cmath>
#include <cstring>
#include <stdexcept>

#include <catch2/catch.hpp>

using model::invert;
using model::TiledSymmetric;

namespace {

constexpr std::int64_t kTile = TiledSymmetric::kTile;
using Dense = std::vector<double>;  // size x size

/// Few large numbers beside the diagonal, which is heavy enough to be positive definite.
Dense some_matrix(std::int64_t size) {
  std::uint64_t seed = 3;
  const auto n = static_cast<std::size_t>(size);
  Dense dense(n * n);
  for (std::size_t r = 0; r < n; ++r) {
    for (int k = 0; k < 12; ++k) {
      const std::size_t c = playlist::splitmix64(seed) % n;
      const auto value = static_cast<double>(playlist::splitmix64(seed) % 9) - 4;
      dense[r * n + c] += value;
      dense[c * n + r] += value;
      dense[r * n + r] += std::abs(value);
      dense[c * n + c] += std::abs(value);
    }
    dense[r * n + r] += 10;
  }
  return dense;
}

TiledSymmetric tiled(const Dense& dense, std::int64_t size) {
  TiledSymmetric matrix(size);
  for (std::int64_t r = 0; r < size; ++r) {
    for (std::int64_t c = 0; c < size; ++c) {
      if (c / kTile <= r / kTile)
        matrix.tile(r / kTile, c / kTile)[(r % kTile) * kTile + c % kTile] =
            static_cast<float>(dense[static_cast<std::size_t>(r * size + c)]);
    }
  }
  return matrix;
}

/// Gauss and Jordan, in double.
Dense plain_inverse(Dense a, std::int64_t size) {
  const auto n = static_cast<std::size_t>(size);
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = 1 / a[k * n + k];
    for (std::size_t r = 0; r < n; ++r) {
      if (r == k) continue;
      const double factor = a[r * n + k] * pivot;
      if (factor == 0) continue;
      for (std::size_t c = 0; c < n; ++c) {
        if (c != k) a[r * n + c] -= factor * a[k * n + c];
      }
      a[r * n + k] = -factor;
    }
    for (std::size_t c = 0; c < n; ++c) a[k * n + c] *= c == k ? 0 : pivot;
    a[k * n + k] = pivot;
  }
  return a;
}

}  // namespace

TEST_CASE("the inverse is that of plain elimination, within a tile and beyond", "[inverse]") {
  const std::int64_t size = GENERATE(1, 40, 512, 1'100);
  CAPTURE(size);
  const Dense dense = some_matrix(size), wanted = plain_inverse(dense, size);
  TiledSymmetric matrix = tiled(dense, size);
  REQUIRE(invert(matrix, 2));
  double largest = 0, worst = 0;
  std::vector<float> rows(static_cast<std::size_t>(kTile * kTile * matrix.tiles()));
  for (std::int64_t r = 0; r < size; ++r) {
    if (r % kTile == 0) matrix.copy_rows(r / kTile, rows.data());
    for (std::int64_t c = 0; c < size; ++c) {
      const double found = rows[static_cast<std::size_t>((r % kTile) * kTile * matrix.tiles() + c)];
      const double right = wanted[static_cast<std::size_t>(r * size + c)];
      largest = std::max(largest, std::abs(right));
      worst = std::max(worst, std::abs(found - right));
    }
  }
  CHECK(worst < 1e-5 * largest);
}

TEST_CASE("the inverse has the same bytes for any number of threads", "[inverse]") {
  const Dense dense = some_matrix(1'100);
  TiledSymmetric one = tiled(dense, 1'100);
  REQUIRE(invert(one, 1));
  for (const int threads : {2, 3}) {
    TiledSymmetric more = tiled(dense, 1'100);
    REQUIRE(invert(more, threads));
    CHECK(std::memcmp(one.tile(0, 0), more.tile(0, 0),
                      static_cast<std::size_t>(TiledSymmetric::bytes_of(1'100))) == 0);
  }
}

TEST_CASE("a matrix that is not positive definite is refused", "[inverse]") {
  TiledSymmetric matrix(2);  // 0 0 / 0 0
  CHECK_THROWS_AS(invert(matrix, 1), std::domain_error);
}

TEST_CASE("an inversion stops when it is told to", "[inverse]") {
  TiledSymmetric matrix = tiled(some_matrix(600), 600);
  CHECK_FALSE(invert(matrix, 2, [](double) { return false; }));
}
