#include "kernels/spherical_clusters.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

using model::Clusters;
using model::spherical_clusters;
using model::Vectors;

namespace {

/// `each` unit vectors around each of `styles` axes, in turn.
Vectors around_axes(int styles, int each) {
  playlist::Random random(1);
  Vectors rows(static_cast<std::int64_t>(styles) * each, static_cast<std::size_t>(styles));
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    for (std::size_t k = 0; k < rows.dim; ++k)
      rows.row(row)[k] = static_cast<float>(0.2 * (random.real() - 0.5));
    rows.row(row)[row % styles] += 1;
  }
  model::normalise(rows);
  return rows;
}

}  // namespace

TEST_CASE("spherical clusters find the directions that rows lie around", "[embedding]") {
  const Vectors rows = around_axes(6, 100);
  const Clusters found = spherical_clusters(rows, {.clusters = 6, .random_seed = 4, .threads = 2});
  REQUIRE(found.centres.rows == 6);
  for (std::size_t row = 6; row < found.of_row.size(); ++row)
    CHECK(found.of_row[row] == found.of_row[row % 6]);
  CHECK(std::set<std::int32_t>(found.of_row.begin(), found.of_row.begin() + 6).size() == 6);
  CHECK(found.cosine > 0.95);
}

TEST_CASE("spherical clusters are the same on any number of threads", "[embedding]") {
  const Vectors rows = around_axes(40, 300);
  const Clusters one = spherical_clusters(rows, {.clusters = 30, .random_seed = 9, .threads = 1}),
                 three = spherical_clusters(rows, {.clusters = 30, .random_seed = 9, .threads = 3}),
                 other = spherical_clusters(rows, {.clusters = 30, .random_seed = 10});
  CHECK(one.of_row == three.of_row);
  CHECK(one.centres.values == three.centres.values);
  CHECK(one.of_row != other.of_row);
  // The first cluster has the most rows.
  const auto size = [&](std::int32_t cluster) {
    return std::count(one.of_row.begin(), one.of_row.end(), cluster);
  };
  for (std::int32_t cluster = 1; cluster < 30; ++cluster) CHECK(size(cluster - 1) >= size(cluster));
}

TEST_CASE("a few rows, or rows that are all alike, are clusters too", "[embedding]") {
  const Clusters none = spherical_clusters(Vectors(0, 4), {});
  CHECK(none.of_row.empty());
  const Vectors one = around_axes(1, 1);
  CHECK(spherical_clusters(one, {}).of_row == std::vector<std::int32_t>{0});
  const Vectors alike = around_axes(1, 800);
  const Clusters found = spherical_clusters(alike, {.clusters = 8});
  CHECK(found.centres.rows == 1);  // every row lies on the first centre
  CHECK(found.cosine == Approx(1));
}
