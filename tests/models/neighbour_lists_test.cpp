#include "kernels/neighbour_lists.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "kernels/content_space.hpp"
#include "shared/row_neighbours.hpp"

using model::GraphShape;
using model::NearRow;
using model::NeighbourLists;
using model::Vectors;

namespace {

NeighbourLists lists_of(const std::vector<std::vector<std::int32_t>>& rows) {
  NeighbourLists lists;
  for (const auto& row : rows) {
    std::vector<NearRow> list;
    for (const std::int32_t other : row)
      list.push_back({1 - 0.1f * static_cast<float>(list.size() + 1), other});
    lists.append(list);
  }
  return lists;
}

std::vector<std::int32_t> rows_of(const NeighbourLists& lists, std::size_t row) {
  std::vector<std::int32_t> rows;
  for (const NearRow& one : lists[row]) rows.push_back(one.row);
  return rows;
}
using Rows = std::vector<std::int32_t>;

/// Values of 1/16 in -1..1: sums of their products are exact, and many are equal.
Vectors coarse(std::int64_t rows, std::size_t dim) {
  playlist::Random random(3);
  Vectors vectors(rows, dim);
  for (float& value : vectors.values) value = (static_cast<float>(random.below(9)) - 4) / 4;
  return vectors;
}

NeighbourLists found(const Vectors& vectors, std::size_t k) {
  const auto nearest = shared::neighbours_of_rows(
      {vectors.values.data(), static_cast<std::size_t>(vectors.rows), vectors.dim}, k);
  NeighbourLists lists;
  for (std::int64_t row = 0; row < vectors.rows; ++row) {
    std::vector<NearRow> list;
    for (std::size_t at = 0; at < nearest.k; ++at) {
      const auto& one = nearest.found[static_cast<std::size_t>(row) * nearest.k + at];
      list.push_back({one.score, one.row});
    }
    lists.append(list);
  }
  return lists;
}

}  // namespace

TEST_CASE("neighbours of all rows are those that sorting every row finds", "[neighbours]") {
  // More than a block of rows, one that is not full, and panels that are not.
  const std::size_t rows = GENERATE(2, 3, 65, 1023, 2500), dim = GENERATE(1, 5, 64);
  CAPTURE(rows, dim);
  const Vectors vectors = coarse(static_cast<std::int64_t>(rows), dim);
  const shared::RowMatrix matrix{vectors.values.data(), rows, dim};
  const auto one = shared::neighbours_of_rows(matrix, 10, 1);
  REQUIRE(one.k == std::min<std::size_t>(10, rows - 1));
  const auto three = shared::neighbours_of_rows(matrix, 10, 3);
  const auto is_same = [](const shared::ScoredRow& a, const shared::ScoredRow& b) {
    return a.row == b.row && a.score == b.score;
  };
  CHECK(std::equal(one.found.begin(), one.found.end(), three.found.begin(), three.found.end(),
                   is_same));
  for (std::size_t row = 0; row < rows; row += 1 + rows / 40) {
    std::vector<shared::ScoredRow> all;
    for (std::size_t other = 0; other < rows; ++other) {
      if (other == row) continue;
      float sum = 0;
      for (std::size_t d = 0; d < dim; ++d)
        sum += vectors.values[row * dim + d] * vectors.values[other * dim + d];
      all.push_back({sum, static_cast<std::int32_t>(other)});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    CHECK(std::equal(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(one.k),
                     one.found.begin() + static_cast<std::ptrdiff_t>(row * one.k), is_same));
  }
}

TEST_CASE("one row has no neighbours, and a search can be stopped", "[neighbours]") {
  const Vectors vectors = coarse(300, 4);
  CHECK(shared::neighbours_of_rows({vectors.values.data(), 1, 4}, 10).found.empty());
  CHECK(shared::neighbours_of_rows({vectors.values.data(), 0, 4}, 10).found.empty());
  CHECK(shared::neighbours_of_rows({vectors.values.data(), 300, 4}, 10, 1, [](double) {
          return false;
        }).found.empty());
}

TEST_CASE("the shape of a graph of five rows by hand", "[neighbours]") {
  // 0 and 1 name each other, 2 names both, 3 is named by 4 and names 0; nobody names 2 and 4.
  const NeighbourLists lists = lists_of({{1}, {0}, {0, 1}, {0}, {3}});
  const GraphShape shape = shape_of(lists);
  CHECK(shape.never_named == Approx(2.0 / 5));
  // From 0 and 1, the largest part, a walk comes to these alone.
  CHECK(shape.unreachable == Approx(3.0 / 5));
  // Named 3, 2, 0, 1, 0 times: mean 1.2, sums of squares 6.8, of cubes 5.832 + 0.512 - 1.728 -
  // 0.008 - 1.728 = 2.88.
  CHECK(shape.skewness == Approx(2.88 / 5 / std::pow(6.8 / 5, 1.5)));
}

TEST_CASE("every row of a ring is reached, and as often a neighbour", "[neighbours]") {
  const GraphShape shape = shape_of(lists_of({{1}, {2}, {3}, {0}}));
  CHECK(shape.skewness == 0);
  CHECK(shape.never_named == 0);
  CHECK(shape.unreachable == Approx(0).margin(1e-12));
  CHECK(shape_of(NeighbourLists()).unreachable == 0);
}

TEST_CASE("mutual neighbours name each other, and nobody is left with none", "[neighbours]") {
  const NeighbourLists lists = mutual_neighbours(lists_of({{1, 2}, {0, 2}, {1}, {0, 1}}));
  CHECK(rows_of(lists, 0) == Rows{1});
  CHECK(rows_of(lists, 1) == Rows{0, 2});
  CHECK(rows_of(lists, 2) == Rows{1});
  CHECK(rows_of(lists, 3) == Rows{0});  // its first, as nobody names it
}

TEST_CASE("local scaling prefers the neighbour that is not in a crowd", "[neighbours]") {
  // 0 is a little nearer to 1, which lies in a crowd with 3, than to 2, which has nobody near.
  NeighbourLists lists;
  lists.append(std::vector<NearRow>{{0.82f, 1}, {0.8f, 2}});
  lists.append(std::vector<NearRow>{{0.99f, 3}, {0.82f, 0}});
  lists.append(std::vector<NearRow>{{0.8f, 0}, {0.5f, 1}});
  lists.append(std::vector<NearRow>{{0.99f, 1}, {0.8f, 0}});
  CHECK(rows_of(locally_scaled(lists, 1), 0) == Rows{2});
  CHECK(rows_of(locally_scaled(lists, 1), 1) == Rows{3});
  CHECK(rows_of(locally_scaled(lists, 2), 0) == Rows{1, 2});  // by their cosines again
}

TEST_CASE("damping makes hubs less of hubs", "[neighbours]") {
  // Normal numbers in many dimensions: a few rows near the middle are neighbours of many.
  playlist::Random random(2);
  Vectors vectors(1500, 40);
  for (float& value : vectors.values) {
    double sum = -6;
    for (int k = 0; k < 12; ++k) sum += random.real();
    value = static_cast<float>(sum + 0.3);
  }
  model::normalise(vectors);
  const NeighbourLists pool = found(vectors, 20);
  const GraphShape plain = shape_of(first_of_each(pool, 10));
  CHECK(plain.skewness > 0.9);
  CHECK(shape_of(locally_scaled(pool, 10)).skewness < 0.8 * plain.skewness);
  CHECK(shape_of(mutual_neighbours(first_of_each(pool, 10))).skewness < 0.8 * plain.skewness);
}
