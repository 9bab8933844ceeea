#include "kernels/principal_components.hpp"

#include "playlist/random.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using model::principal_components;
using model::PrincipalComponents;
using model::Vectors;

namespace {

Vectors rows_of(const std::vector<std::vector<float>>& rows) {
  Vectors vectors(static_cast<std::int64_t>(rows.size()), rows[0].size());
  for (std::size_t row = 0; row < rows.size(); ++row)
    std::copy(rows[row].begin(), rows[row].end(), vectors.row(static_cast<std::int64_t>(row)));
  return vectors;
}

}  // namespace

TEST_CASE("principal components of four points by hand", "[embedding]") {
  // Around (1, 2): (+-2, +-2) along (1, 1) with variance 4 and (+-1/2, -+1/2) along (1, -1) with
  // 1/4: each pair is half of the points, so 8/2 = 4 and 0.5/2 = 0.25.
  const Vectors rows = rows_of({{3, 4}, {-1, 0}, {1.5f, 1.5f}, {0.5f, 2.5f}});
  const PrincipalComponents all = principal_components(rows, 1);
  REQUIRE(all.dim == 2);
  CHECK(all.mean[0] == Approx(1));
  CHECK(all.mean[1] == Approx(2));
  CHECK(all.variances[0] == Approx(4));
  CHECK(all.variances[1] == Approx(0.25));
  const float half = std::sqrt(0.5f);
  CHECK(all.components[0] == Approx(half));
  CHECK(all.components[1] == Approx(half));
  CHECK(all.kept(1) == Approx(4 / 4.25));
  CHECK(principal_components(rows, 0.94).dim == 1);
  CHECK(principal_components(rows, 0.95).dim == 2);
  float place[2];
  project(all, rows.row(0), place);
  CHECK(place[0] == Approx(2 * std::sqrt(2.0)));
  CHECK(place[1] == Approx(0).margin(1e-6));
}

TEST_CASE("rows that are all alike have no components", "[embedding]") {
  CHECK(principal_components(rows_of({{3, 4}, {3, 4}, {3, 4}}), 0.95).dim == 0);
  CHECK(principal_components(Vectors(0, 3), 0.95).dim == 0);
}

TEST_CASE("places on all components keep every distance, on any number of threads", "[embedding]") {
  playlist::Random random(3);
  Vectors rows(2000, 7);
  for (float& value : rows.values) value = static_cast<float>(random.real() - 0.5);
  const PrincipalComponents pca = principal_components(rows, 1);
  REQUIRE(pca.dim == 7);
  const Vectors one = projected(pca, rows, 1), three = projected(pca, rows, 3);
  CHECK(one.values == three.values);
  const auto distance = [](const Vectors& vectors, std::int64_t a, std::int64_t b) {
    double squares = 0;
    for (std::size_t k = 0; k < vectors.dim; ++k)
      squares += std::pow(vectors.row(a)[k] - vectors.row(b)[k], 2);
    return std::sqrt(squares);
  };
  for (std::int64_t row = 0; row < 100; ++row)
    CHECK(distance(one, row, row + 1) == Approx(distance(rows, row, row + 1)).epsilon(1e-4));
}
