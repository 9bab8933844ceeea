#include "kernels/gram_inverse.hpp"

#include "playlist/random.hpp"

#include <atomic>
#include <cmath>

#include <catch2/catch.hpp>

using model::GramInverse;
using model::SparseMatrix;

namespace {

/// A few entries of 0.5 .. 2 a row; the last column has none.
SparseMatrix some_users(std::int32_t users, std::int32_t columns) {
  std::uint64_t seed = 5;
  SparseMatrix matrix;
  matrix.columns = columns;
  for (std::int32_t user = 0; user < users; ++user) {
    for (std::int32_t c = 0; c + 1 < columns; ++c) {
      if (playlist::splitmix64(seed) % static_cast<std::uint64_t>(columns) > 8) continue;
      matrix.indices.push_back(c);
      matrix.values.push_back(0.5f * static_cast<float>(1 + playlist::splitmix64(seed) % 4));
    }
    matrix.offsets.push_back(static_cast<std::int64_t>(matrix.indices.size()));
  }
  return matrix;
}

/// X^T X + ridge I, column by column.
std::vector<std::vector<double>> gram(const SparseMatrix& users, double ridge) {
  const auto n = static_cast<std::size_t>(users.columns);
  std::vector<std::vector<double>> made(n, std::vector<double>(n));
  for (std::size_t c = 0; c < n; ++c) made[c][c] = ridge;
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto tracks = users.row(user);
    const auto values = users.row_values(user);
    for (std::size_t a = 0; a < tracks.size(); ++a) {
      for (std::size_t b = 0; b < tracks.size(); ++b)
        made[static_cast<std::size_t>(tracks[a])][static_cast<std::size_t>(tracks[b])] +=
            static_cast<double>(values[a]) * values[b];
    }
  }
  return made;
}

std::vector<std::vector<float>> inverse(const SparseMatrix& users,
                                        const model::GramInverseOptions& options) {
  std::vector<std::vector<float>> columns(static_cast<std::size_t>(users.columns));
  CHECK(GramInverse(users, options).run([&](std::int32_t column, std::span<const float> values) {
    columns[static_cast<std::size_t>(column)].assign(values.begin(), values.end());
  }));
  return columns;
}

}  // namespace

TEST_CASE("columns of the Gram matrix's inverse times the matrix are unit vectors", "[inverse]") {
  const std::int32_t columns = GENERATE(1, 15, 16, 33, 200);
  CAPTURE(columns);
  const SparseMatrix users = some_users(150, columns);
  const double ridge = 3;
  const auto matrix = gram(users, ridge);
  const auto found = inverse(users, {ridge, 1e-6, 500, 2});
  double worst = 0;
  for (std::size_t c = 0; c < found.size(); ++c) {
    REQUIRE(found[c].size() == found.size());
    for (std::size_t r = 0; r < found.size(); ++r) {
      double sum = r == c ? -1 : 0;
      for (std::size_t k = 0; k < found.size(); ++k) sum += matrix[r][k] * found[c][k];
      worst = std::max(worst, std::abs(sum));
    }
  }
  CHECK(worst < 1e-4);
  CHECK(found.back().back() == Approx(1 / ridge));  // nobody's track
}

TEST_CASE("columns of the inverse have the same bytes for any number of threads", "[inverse]") {
  const SparseMatrix users = some_users(150, 200);
  const auto one = inverse(users, {3, 1e-3, 500, 1});
  CHECK(inverse(users, {3, 1e-3, 500, 2}) == one);
  CHECK(inverse(users, {3, 1e-3, 500, 3}) == one);
}

TEST_CASE("a smaller ridge takes more steps, which the estimate shows", "[inverse]") {
  const SparseMatrix users = some_users(150, 200);
  const double few = GramInverse(users, {100, 1e-3, 500, 1}).operations();
  CHECK(few > 0);
  CHECK(GramInverse(users, {0.1, 1e-3, 500, 1}).operations() > few);
  CHECK(GramInverse(users, {0.1, 1e-3, 1, 1}).operations() <= few);
}

TEST_CASE("solving for columns stops when it is told to", "[inverse]") {
  const SparseMatrix users = some_users(50, 200);
  std::atomic<int> taken{0};
  CHECK_FALSE(GramInverse(users, {3, 1e-3, 500, 1})
                  .run([&](auto, auto) { ++taken; }, [](double) { return false; }));
  CHECK(taken == GramInverse::kBlock);
}
