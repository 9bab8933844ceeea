#include "kernels/umap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "curved_rows.hpp"
#include "kernels/fuzzy_graph.hpp"
#include "kernels/principal_components.hpp"
#include "kernels/row_distances.hpp"
#include "kernels/spectral_start.hpp"

using model::Vectors;

namespace {

struct MapQuality {
  double trustworthiness = 0, recall = 0;
};

/// Of the `k` nearest rows on the map: how far they are from being nearest (Venna, Kaski 2001), and
/// how many are among the k nearest.
MapQuality quality_of(const Vectors& rows, const Vectors& map, std::size_t k) {
  const model::RowBlocks in_rows(rows), on_map(map);
  const auto count = static_cast<std::size_t>(rows.rows);
  std::vector<float> far(in_rows.count() * model::kRowsOfBlock), apart(far.size());
  std::vector<std::size_t> order(count);
  double beyond = 0, found = 0;
  for (std::size_t row = 0; row < count; ++row) {
    const auto at = static_cast<std::int64_t>(row);
    model::row_distances().squared(rows.row(at), in_rows.data(), rows.dim, in_rows.count(),
                                   far.data());
    model::row_distances().squared(map.row(at), on_map.data(), map.dim, on_map.count(),
                                   apart.data());
    apart[row] = far[row] = -1;
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k) + 1,
                      order.end(),
                      [&](std::size_t a, std::size_t b) { return apart[a] < apart[b]; });
    for (std::size_t n = 1; n <= k; ++n) {
      const float distance = far[order[n]];
      const auto rank = std::count_if(far.begin(), far.begin() + static_cast<std::ptrdiff_t>(count),
                                      [&](float other) { return other < distance; });
      beyond += std::max<double>(0, static_cast<double>(rank) - static_cast<double>(k));
      found += rank <= static_cast<std::ptrdiff_t>(k);
    }
  }
  const auto n = static_cast<double>(count), near = static_cast<double>(k);
  return {1 - 2 * beyond / (n * near * (2 * n - 3 * near - 1)), found / (n * near)};
}

}  // namespace

TEST_CASE("a map keeps as much of who is near as uwot's does", "[clusters]") {
  // tests/data/clusters/README.md: the means of three seeds.
  constexpr double kUwotTrust = 0.9949, kUwotRecall = 0.4909;
  const Vectors rows = curved_rows(5'000, 1);
  MapQuality mean;
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Vectors map = model::umap(rows, {.random_seed = seed, .threads = 2});
    const MapQuality quality = quality_of(rows, map, 15);
    mean.trustworthiness += quality.trustworthiness / 3;
    mean.recall += quality.recall / 3;
  }
  CAPTURE(mean.trustworthiness, mean.recall);
  CHECK(mean.trustworthiness >= kUwotTrust - 0.005);
  CHECK(mean.recall >= kUwotRecall - 0.005);
  const Vectors flat = model::projected(model::principal_components(rows, 1), rows, 1);
  Vectors first_two(rows.rows, 2);
  for (std::int64_t row = 0; row < rows.rows; ++row)
    std::copy_n(flat.row(row), 2, first_two.row(row));
  const MapQuality principal = quality_of(rows, first_two, 15);
  CHECK(mean.trustworthiness > principal.trustworthiness + 0.1);
  CHECK(mean.recall > principal.recall + 0.3);
}

TEST_CASE("a map is the same on any number of threads, another by another seed", "[clusters]") {
  const Vectors rows = curved_rows(700, 2);
  for (const std::size_t dim : {2, 3, 20}) {
    CAPTURE(dim);
    const auto map = [&](std::uint64_t seed, int threads) {
      return model::umap(rows, {.dim = dim, .epochs = 60, .random_seed = seed, .threads = threads});
    };
    const Vectors one = map(4, 1);
    CHECK(one.rows == rows.rows);
    CHECK(one.dim == dim);
    CHECK(std::all_of(one.values.begin(), one.values.end(),
                      [](float value) { return std::isfinite(value); }));
    CHECK(one.values == map(4, 3).values);
    CHECK(one.values != map(5, 1).values);
  }
}

TEST_CASE("a map stops when told, and passes on what its progress throws", "[clusters]") {
  const Vectors rows = curved_rows(300, 2);
  CHECK(model::umap(rows, {.threads = 2, .proceed = [](double share) { return share < 0.5; }})
            .values.empty());
  CHECK_THROWS_AS(model::umap(rows, {.threads = 2,
                                     .proceed = [](double share) -> bool {
                                       if (share > 0.5) throw std::runtime_error("stop");
                                       return true;
                                     }}),
                  std::runtime_error);
}

TEST_CASE("few rows and equal rows have a place each", "[clusters]") {
  CHECK(model::umap(Vectors(0, 4), {}).values.empty());
  const Vectors alike = [] {
    Vectors rows(40, 3);
    for (std::int64_t row = 0; row < rows.rows; ++row) rows.row(row)[0] = 1;
    return rows;
  }();
  for (const std::int64_t count : {1, 2, 3, 5, 40}) {
    Vectors some(count, 3);
    std::copy_n(alike.values.begin(), some.values.size(), some.values.begin());
    const Vectors map = model::umap(some, {.epochs = 20});
    CHECK(map.rows == count);
    CHECK(std::all_of(map.values.begin(), map.values.end(),
                      [](float value) { return std::isfinite(value); }));
  }
}

TEST_CASE("the curve's a and b are those of the paper's implementation", "[clusters]") {
  // umap-learn: min_dist 0.1, 0.01 and 0.5, spread 1.
  CHECK(model::umap_curve(0.1, 1).a == Approx(1.5769).epsilon(1e-3));
  CHECK(model::umap_curve(0.1, 1).b == Approx(0.8951).epsilon(1e-3));
  CHECK(model::umap_curve(0.01, 1).a == Approx(1.8956).epsilon(1e-3));
  CHECK(model::umap_curve(0.01, 1).b == Approx(0.8006).epsilon(1e-3));
  CHECK(model::umap_curve(0.5, 1).a == Approx(0.5830).epsilon(1e-3));
  CHECK(model::umap_curve(0.5, 1).b == Approx(1.3342).epsilon(1e-3));
}

TEST_CASE("the weights of a row sum to the logarithm of its neighbours, and both sides agree",
          "[clusters]") {
  model::NearestRows nearest;
  nearest.each = 3;  // on a line: 0 1 2 4
  nearest.row = {1, 2, 3, 0, 2, 3, 1, 0, 3, 2, 1, 0};
  nearest.distance = {1, 2, 4, 1, 1, 3, 1, 2, 2, 2, 3, 4};
  const model::SparseMatrix graph = model::fuzzy_graph(nearest);
  REQUIRE(graph.rows() == 4);
  // Row 0: 1 + exp(-1/s) + exp(-3/s) = log2(4), so x + x^3 = 1 with x = exp(-1/s): 0.6823.
  // Row 3, towards 0: nearest 2, 1 + y + y^2 = 2 with y = exp(-1/s): y^2 = 0.3820.
  const double from_0 = std::pow(0.682328, 3), from_3 = std::pow(0.618034, 2);
  CHECK(graph.row(0).back() == 3);
  CHECK(graph.row_values(0).back() == Approx(from_0 + from_3 - from_0 * from_3).epsilon(1e-4));
  CHECK(graph.row_values(0).back() == graph.row_values(3).front());
  CHECK(graph.row_values(0).front() == Approx(1));
}

TEST_CASE("a ring begins as a ring", "[clusters]") {
  constexpr std::int32_t kCount = 60;
  model::SparseMatrix graph;
  graph.columns = kCount;
  for (std::int32_t row = 0; row < kCount; ++row) {
    std::vector<std::int32_t> others{(row + 1) % kCount, (row + kCount - 1) % kCount};
    std::sort(others.begin(), others.end());
    for (const std::int32_t other : others) {
      graph.indices.push_back(other);
      graph.values.push_back(1);
    }
    graph.offsets.push_back(static_cast<std::int64_t>(graph.indices.size()));
  }
  const Vectors start = model::spectral_start(graph, Vectors(kCount, 0), 2, 3, 2);
  // The two smoothest directions are the cosine and the sine of one turn, in some rotation.
  for (std::int64_t row = 0; row < kCount; ++row)
    CHECK(std::hypot(start.row(row)[0], start.row(row)[1]) ==
          Approx(std::sqrt(2.0 / kCount)).epsilon(0.05));
}
