#include "kernels/kmeans.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "kernels/cluster_count.hpp"
#include "kernels/cluster_measures.hpp"
#include "support/json.hpp"

using model::Vectors;

namespace {

nlohmann::json read_json(const std::string& name) {
  return support::parse_json(engine::read_file(PLAYLIST_SOURCE_DIR "/tests/data/clusters/" + name));
}

Vectors named_rows(const std::string& name) {
  for (const auto& set : read_json("hdbscan.json")) {
    if (set["name"] != name) continue;
    Vectors rows(0, set["rows"][0].size());
    for (const auto& row : set["rows"]) {
      for (const auto& value : row) rows.values.push_back(value.get<float>());
      ++rows.rows;
    }
    return rows;
  }
  throw std::runtime_error("there are no rows " + name);
}

Vectors blobs(int count, int each, double spread, std::uint64_t seed) {
  playlist::Random random(seed);
  Vectors rows(static_cast<std::int64_t>(count) * each, 2);
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(row % count) / count,
                 radius = std::sqrt(-2 * std::log(1 - random.real())) * spread,
                 turn = 2 * std::numbers::pi * random.real();
    rows.row(row)[0] = static_cast<float>(4 * std::cos(angle) + radius * std::cos(turn));
    rows.row(row)[1] = static_cast<float>(4 * std::sin(angle) + radius * std::sin(turn));
  }
  return rows;
}

/// Lloyd's rounds without any bounds, from the same centres to the end.
double settled_inertia(const Vectors& rows, Vectors centres) {
  double before = std::numeric_limits<double>::infinity();
  for (;;) {
    std::vector<double> sums(centres.values.size()), sizes(static_cast<std::size_t>(centres.rows));
    double inertia = 0;
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      std::int64_t nearest = 0;
      double least = std::numeric_limits<double>::infinity();
      for (std::int64_t c = 0; c < centres.rows; ++c) {
        double squared = 0;
        for (std::size_t d = 0; d < rows.dim; ++d)
          squared += std::pow(double{rows.row(row)[d]} - double{centres.row(c)[d]}, 2);
        if (squared < least) {
          least = squared;
          nearest = c;
        }
      }
      inertia += least;
      ++sizes[static_cast<std::size_t>(nearest)];
      for (std::size_t d = 0; d < rows.dim; ++d)
        sums[static_cast<std::size_t>(nearest) * rows.dim + d] += rows.row(row)[d];
    }
    if (!(inertia < before - 1e-9)) return inertia;
    before = inertia;
    for (std::size_t k = 0; k < sums.size(); ++k)
      centres.values[k] = static_cast<float>(sums[k] / std::max(1.0, sizes[k / rows.dim]));
  }
}

}  // namespace

TEST_CASE("the best start's inertia is at most scikit-learn's best of ten", "[clusters]") {
  for (const auto& told : read_json("kmeans.json")) {
    CAPTURE(told["name"], told["clusters"]);
    const Vectors rows = named_rows(told["name"]);
    const auto starts = model::kmeans_starts(rows, {.clusters = told["clusters"], .starts = 20});
    CHECK(starts.front().inertia <= told["inertia"].get<double>() * (1 + 1e-6));
  }
}

TEST_CASE("silhouettes and adjusted Rand indices are scikit-learn's", "[clusters]") {
  for (const auto& told : read_json("kmeans.json")) {
    CAPTURE(told["name"], told["clusters"]);
    const std::vector<std::int32_t> labels = told["labels"], others = told["other_labels"];
    CHECK(model::silhouette(named_rows(told["name"]), labels, told["clusters"], 2) ==
          Approx(told["silhouette"].get<double>()).margin(1e-5));
    const model::Agreement agreed = model::agreement(labels, others);
    CHECK(agreed.rand_index == Approx(told["rand_index"].get<double>()).margin(1e-9));
    CHECK(agreed.share == 1);
  }
}

TEST_CASE("bounds change nothing: every start has settled where rows without bounds would",
          "[clusters]") {
  const Vectors rows = blobs(5, 120, 1.2, 2);
  for (const auto& start : model::kmeans_starts(rows, {.clusters = 7, .starts = 6})) {
    CHECK(start.inertia == Approx(settled_inertia(rows, start.centres)).epsilon(1e-6));
    CHECK(start.rounds > 1);
  }
}

TEST_CASE("starts are the same on any number of threads, best first, largest cluster first",
          "[clusters]") {
  const Vectors rows = blobs(6, 150, 1.5, 3);
  const auto one = model::kmeans_starts(rows, {.clusters = 9, .starts = 5, .threads = 1}),
             three = model::kmeans_starts(rows, {.clusters = 9, .starts = 5, .threads = 3});
  REQUIRE(one.size() == 5);
  for (std::size_t k = 0; k < one.size(); ++k) {
    CHECK(one[k].of_row == three[k].of_row);
    CHECK(one[k].centres.values == three[k].centres.values);
    if (k > 0) CHECK(one[k - 1].inertia <= one[k].inertia);
  }
  const auto size = [&](std::int32_t cluster) {
    return std::count(one[0].of_row.begin(), one[0].of_row.end(), cluster);
  };
  for (std::int32_t cluster = 1; cluster < 9; ++cluster) CHECK(size(cluster - 1) >= size(cluster));
}

TEST_CASE("fewer rows than clusters, and equal rows, are clusters too", "[clusters]") {
  CHECK(model::kmeans_starts(Vectors(0, 2), {}).empty());
  const auto few = model::kmeans_starts(blobs(3, 1, 0.1, 1), {.clusters = 9, .starts = 2});
  CHECK(few.front().inertia == 0);
  Vectors alike(30, 2);
  const auto one = model::kmeans_starts(alike, {.clusters = 4, .starts = 2});
  CHECK(one.front().inertia == 0);
  CHECK(one.front().of_row == std::vector<std::int32_t>(30, 0));
}

TEST_CASE("agreement tells of the rows that are in a cluster both ways, and how many",
          "[clusters]") {
  const std::vector<std::int32_t> a{0, 0, 1, 1, -1, 2}, b{1, 1, 0, 0, 2, -1};
  const model::Agreement agreed = model::agreement(a, b);
  CHECK(agreed.rand_index == 1);
  CHECK(agreed.share == Approx(4.0 / 6));
}

TEST_CASE("a silhouette of many rows goes by clusters' means", "[clusters]") {
  // Two clusters at 0 and 10, rows 1 to either side: a = 1, b = 9 or 11.
  Vectors rows(2 * 2'500, 1);
  std::vector<std::int32_t> of_row;
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const bool is_second = row >= rows.rows / 2;
    rows.row(row)[0] = static_cast<float>((is_second ? 10 : 0) + (row % 2 == 0 ? 1 : -1));
    of_row.push_back(is_second ? 1 : 0);
  }
  REQUIRE(rows.rows > model::kMostExactSilhouette);
  CHECK(model::silhouette(rows, of_row, 2, 2) == Approx((8.0 / 9 + 10.0 / 11) / 2));
  of_row.assign(of_row.size(), 0);
  CHECK(model::silhouette(rows, of_row, 2, 2) == 0);
}

TEST_CASE("as many clusters are chosen as there are", "[clusters]") {
  for (const int count : {3, 5, 8}) {
    CAPTURE(count);
    const auto chosen = model::choose_cluster_count(blobs(count, 80, 0.5, 7), {.threads = 2});
    CHECK(chosen.by == model::ChosenBy::kSilhouette);
    CHECK(chosen.clusters.centres.rows == count);
    CHECK(chosen.tried.size() == 13);
    for (const auto& one : chosen.tried)
      if (static_cast<int>(one.clusters) == count) CHECK(one.stability == 1);
  }
}

TEST_CASE("rows without clusters have none", "[clusters]") {
  playlist::Random random(11);
  Vectors even(600, 3), normal(600, 3);
  for (std::size_t k = 0; k < even.values.size(); ++k) {
    even.values[k] = static_cast<float>(random.real() * (k % 3 == 0 ? 3 : 1));
    normal.values[k] = static_cast<float>(std::sqrt(-2 * std::log(1 - random.real())) *
                                          std::cos(2 * std::numbers::pi * random.real()));
  }
  for (const Vectors& rows : {even, normal}) {
    const auto chosen = model::choose_cluster_count(rows, {});
    CHECK(chosen.by == model::ChosenBy::kNothing);
    CHECK(chosen.clusters.of_row.empty());
    CHECK(chosen.tried.size() == 13);
  }
  CHECK(model::choose_cluster_count(Vectors(50, 3), {}).by == model::ChosenBy::kNothing);
  CHECK(model::choose_cluster_count(blobs(3, 1, 1, 1), {}).tried.empty());
}

TEST_CASE("where no count is stable the elbow decides", "[clusters]") {
  const auto chosen = model::choose_cluster_count(blobs(6, 60, 0.5, 7), {.least_stability = 1.01});
  CHECK(chosen.by == model::ChosenBy::kElbow);
  CHECK(chosen.clusters.centres.rows == 6);
}
