#include "kernels/truncated_svd.hpp"

#include "playlist/random.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using model::SparseMatrix;
using model::SvdOptions;
using model::truncated_svd;
using model::TruncatedSvd;

namespace {

using Dense = std::vector<std::vector<double>>;

SparseMatrix sparse(const Dense& dense) {
  SparseMatrix matrix;
  matrix.columns = static_cast<std::int32_t>(dense[0].size());
  for (const auto& row : dense) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (row[c] == 0) continue;
      matrix.indices.push_back(static_cast<std::int32_t>(c));
      matrix.values.push_back(static_cast<float>(row[c]));
    }
    matrix.offsets.push_back(static_cast<std::int64_t>(matrix.indices.size()));
  }
  return matrix;
}

Dense some_matrix(std::size_t rows, std::size_t columns) {
  std::uint64_t seed = 5;
  Dense dense(rows, std::vector<double>(columns));
  for (auto& row : dense) {
    for (double& value : row) {
      const std::uint64_t drawn = playlist::splitmix64(seed);
      if (drawn % 4 == 0) value = 0.25 * static_cast<double>(drawn / 4 % 8 + 1);
    }
  }
  return dense;
}

/// |A^T A v - s^2 v| of each direction, the largest.
double residual(const Dense& dense, const TruncatedSvd& svd) {
  double worst = 0;
  const auto rank = static_cast<std::size_t>(svd.rank);
  for (std::size_t k = 0; k < rank; ++k) {
    std::vector<double> image(dense[0].size());
    for (const auto& row : dense) {
      double product = 0;
      for (std::size_t c = 0; c < row.size(); ++c) product += row[c] * svd.right[c * rank + k];
      for (std::size_t c = 0; c < row.size(); ++c) image[c] += product * row[c];
    }
    const double square = std::pow(svd.singular_values[k], 2);
    for (std::size_t c = 0; c < image.size(); ++c)
      worst = std::max(worst, std::abs(image[c] - square * svd.right[c * rank + k]));
  }
  return worst;
}

}  // namespace

TEST_CASE("two groups of tracks are two directions, and there are no more", "[svd]") {
  // All ones for 4 x 2 and 2 x 3: the singular values are sqrt(4 * 2) and sqrt(2 * 3).
  Dense dense(6, std::vector<double>(5));
  for (std::size_t r = 0; r < 6; ++r) {
    for (std::size_t c = 0; c < 5; ++c) dense[r][c] = (r < 4) == (c < 2) ? 1 : 0;
  }
  SvdOptions options;
  options.rank = 4;
  const TruncatedSvd svd = truncated_svd(sparse(dense), options);
  REQUIRE(svd.rank == 2);
  CHECK(svd.singular_values[0] == Approx(std::sqrt(8.0)));
  CHECK(svd.singular_values[1] == Approx(std::sqrt(6.0)));
  for (std::size_t c = 0; c < 5; ++c) {
    CHECK(std::abs(svd.right[c * 2]) == Approx(c < 2 ? std::sqrt(1.0 / 2) : 0).margin(1e-5));
    CHECK(std::abs(svd.right[c * 2 + 1]) == Approx(c < 2 ? 0 : std::sqrt(1.0 / 3)).margin(1e-5));
  }
}

TEST_CASE("directions are orthonormal singular vectors, strongest first", "[svd]") {
  const Dense dense = some_matrix(90, 40);
  SvdOptions options;
  options.rank = 6;
  options.iterations = 30;
  options.extra = 10;
  const TruncatedSvd svd = truncated_svd(sparse(dense), options);
  REQUIRE(svd.rank == 6);
  CHECK(residual(dense, svd) < 1e-2);
  CHECK(std::is_sorted(svd.singular_values.rbegin(), svd.singular_values.rend()));
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = 0; b < 6; ++b) {
      double product = 0;
      for (std::size_t c = 0; c < 40; ++c) product += svd.right[c * 6 + a] * svd.right[c * 6 + b];
      CHECK(product == Approx(a == b ? 1 : 0).margin(1e-4));
    }
  }
}

TEST_CASE("directions have the same bytes for any number of threads", "[svd]") {
  const SparseMatrix matrix = sparse(some_matrix(3'000, 1'200));
  SvdOptions options;
  options.rank = 16;
  const TruncatedSvd one = truncated_svd(matrix, options);
  for (const int threads : {2, 3}) {
    options.threads = threads;
    const TruncatedSvd more = truncated_svd(matrix, options);
    CHECK((more.right == one.right));
    CHECK((more.singular_values == one.singular_values));
  }
}

TEST_CASE("an empty matrix has no direction, and a stopped search gives none", "[svd]") {
  SparseMatrix empty;
  empty.columns = 3;
  empty.offsets = {0, 0, 0};
  CHECK(truncated_svd(empty, {}).rank == 0);
  SvdOptions options;
  options.proceed = [](double) { return false; };
  CHECK(truncated_svd(sparse(some_matrix(20, 20)), options).rank == 0);
}
