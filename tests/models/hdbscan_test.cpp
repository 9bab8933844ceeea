#include "kernels/hdbscan.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "kernels/row_distances.hpp"
#include "support/json.hpp"

using model::CondensedTree;
using model::hdbscan;
using model::Vectors;

namespace {

nlohmann::json oracle_sets() {
  return support::parse_json(
      engine::read_file(PLAYLIST_SOURCE_DIR "/tests/data/clusters/hdbscan.json"));
}

Vectors rows_of(const nlohmann::json& rows) {
  Vectors made(static_cast<std::int64_t>(rows.size()), rows[0].size());
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t d = 0; d < made.dim; ++d)
      made.row(static_cast<std::int64_t>(row))[d] = rows[row][d].get<float>();
  return made;
}

CondensedTree tree_of(const Vectors& rows, std::size_t min_points) {
  return model::condensed_tree(model::reachability_tree(rows, min_points - 1, 2),
                               static_cast<std::size_t>(rows.rows), min_points);
}

/// A cluster by what does not depend on how clusters are numbered.
struct Told {
  double birth, death, stability, parent_birth;
  std::int64_t size;
};

void check_alike(std::vector<Told> found, std::vector<Told> expected) {
  REQUIRE(found.size() == expected.size());
  const auto order = [](const Told& a, const Told& b) {
    return std::abs(a.birth - b.birth) > 1e-5 * a.birth ? a.birth > b.birth
           : a.size != b.size                           ? a.size > b.size
                                                        : a.death > b.death;
  };
  std::sort(found.begin(), found.end(), order);
  std::sort(expected.begin(), expected.end(), order);
  for (std::size_t k = 0; k < found.size(); ++k) {
    CAPTURE(k);
    CHECK(found[k].birth == Approx(expected[k].birth).epsilon(1e-5));
    CHECK(found[k].death == Approx(expected[k].death).epsilon(1e-5));
    CHECK(found[k].stability == Approx(expected[k].stability).epsilon(1e-3).margin(1e-4));
    CHECK(found[k].parent_birth == Approx(expected[k].parent_birth).epsilon(1e-5));
    CHECK(found[k].size == expected[k].size);
  }
}

Vectors line(const std::vector<float>& values) {
  Vectors rows(static_cast<std::int64_t>(values.size()), 1);
  rows.values = values;
  return rows;
}

Vectors drawn(std::int64_t count, std::size_t dim, std::uint64_t seed) {
  playlist::Random random(seed);
  Vectors rows(count, dim);
  for (float& value : rows.values) value = static_cast<float>(random.real());
  return rows;
}

double reach(const Vectors& rows, const std::vector<float>& cores, std::int64_t a, std::int64_t b) {
  double squared = 0;
  for (std::size_t d = 0; d < rows.dim; ++d)
    squared += std::pow(double{rows.row(a)[d]} - double{rows.row(b)[d]}, 2);
  return std::sqrt(std::max({squared, double{cores[static_cast<std::size_t>(a)]},
                             double{cores[static_cast<std::size_t>(b)]}}));
}

}  // namespace

TEST_CASE("condensed trees are those of R's single linkage, births and sizes as R tells them",
          "[clusters]") {
  for (const auto& set : oracle_sets()) {
    CAPTURE(set["name"]);
    const CondensedTree tree = tree_of(rows_of(set["rows"]), set["min_points"]);
    std::vector<Told> found, expected;
    const auto& told = set["clusters"];
    for (std::size_t c = 1; c < tree.clusters.size(); ++c) {
      const auto& own = tree.clusters[c];
      const double above = tree.clusters[static_cast<std::size_t>(own.parent)].birth;
      found.push_back(
          {own.birth, own.death, own.stability, std::isinf(above) ? 0 : above, own.size});
    }
    for (std::size_t c = 1; c < told.size(); ++c) {
      const auto& above = told[told[c]["parent"].get<std::size_t>()]["birth"];
      expected.push_back({told[c]["birth"], told[c]["death"], told[c]["stability"],
                          above.is_null() ? 0.0 : above.get<double>(), told[c]["size"]});
    }
    check_alike(found, expected);
  }
}

TEST_CASE("clusters and noise are those of dbscan::hdbscan", "[clusters]") {
  for (const auto& set : oracle_sets()) {
    CAPTURE(set["name"]);
    const std::size_t min_points = set["min_points"];
    const auto found = hdbscan(rows_of(set["rows"]),
                               {.min_cluster_size = min_points, .min_samples = min_points - 1});
    std::map<std::int32_t, int> other_number{{-1, 0}};
    std::set<int> numbers{0};
    const std::vector<int> labels = set["labels"];
    for (std::size_t row = 0; row < labels.size(); ++row) {
      const auto at = other_number.emplace(found.of_row[row], labels[row]).first;
      CAPTURE(row);
      CHECK(at->second == labels[row]);
      numbers.insert(labels[row]);
    }
    CHECK(numbers.size() == static_cast<std::size_t>(found.count) + 1);
  }
}

TEST_CASE("the tree of reachability weighs as little as one can", "[clusters]") {
  const Vectors rows = drawn(150, 3, 5);
  const auto cores = model::squared_distances_to_nearest(rows, 4, 1);
  // By its definition: the edges of all pairs, lightest first, that join what is apart (Kruskal).
  std::vector<model::TreeEdge> pairs;
  for (std::int32_t a = 0; a < rows.rows; ++a)
    for (std::int32_t b = a + 1; b < rows.rows; ++b)
      pairs.push_back({a, b, reach(rows, cores, a, b)});
  std::sort(pairs.begin(), pairs.end(),
            [](const auto& x, const auto& y) { return x.weight < y.weight; });
  std::vector<std::int32_t> part(150);
  for (std::int32_t row = 0; row < 150; ++row) part[static_cast<std::size_t>(row)] = row;
  std::vector<double> weights;
  for (const auto& pair : pairs) {
    const std::int32_t from = part[static_cast<std::size_t>(pair.a)],
                       to = part[static_cast<std::size_t>(pair.b)];
    if (from == to) continue;
    weights.push_back(pair.weight);
    std::replace(part.begin(), part.end(), from, to);
  }
  const auto tree = model::reachability_tree(rows, 4, 2);
  REQUIRE(tree.size() == weights.size());
  for (std::size_t k = 0; k < tree.size(); ++k)
    CHECK(tree[k].weight == Approx(weights[k]).epsilon(1e-5));
}

TEST_CASE("core distances are of other rows, however many are equal", "[clusters]") {
  const Vectors rows = line({0, 1, 3, 3, 3, 10});
  CHECK(model::squared_distances_to_nearest(rows, 1, 1) == std::vector<float>{1, 1, 0, 0, 0, 49});
  CHECK(model::squared_distances_to_nearest(rows, 3, 2) == std::vector<float>{9, 4, 4, 4, 4, 49});
}

TEST_CASE("rows that fall out of a cluster are noise, and two clusters are two", "[clusters]") {
  const auto found = hdbscan(line({0, 1, 2, 3, 100, 101, 102, 103, 300}),
                             {.min_cluster_size = 3, .min_samples = 1});
  CHECK(found.count == 2);
  CHECK(found.of_row == std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 1, 1, -1});
}

TEST_CASE("the cluster of most rows is the first", "[clusters]") {
  const auto found =
      hdbscan(line({0, 1, 2, 50, 51, 52, 53, 54}), {.min_cluster_size = 3, .min_samples = 1});
  CHECK(found.of_row == std::vector<std::int32_t>{1, 1, 1, 0, 0, 0, 0, 0});
}

TEST_CASE("no rows, one, and rows that are all alike are no clusters", "[clusters]") {
  CHECK(hdbscan(Vectors(0, 2), {}).of_row.empty());
  CHECK(hdbscan(line({4}), {}).of_row == std::vector<std::int32_t>{-1});
  const auto alike = hdbscan(line(std::vector<float>(40, 7)), {.min_cluster_size = 5});
  CHECK(alike.count == 0);
  CHECK(alike.of_row == std::vector<std::int32_t>(40, -1));
}

TEST_CASE("equal rows beside others are a cluster of finite stability", "[clusters]") {
  std::vector<float> values(20, 0.5f);
  for (int k = 0; k < 20; ++k) values.push_back(static_cast<float>(10 + k));
  const CondensedTree tree = tree_of(line(values), 5);
  for (std::size_t c = 1; c < tree.clusters.size(); ++c)
    CHECK(std::isfinite(tree.clusters[c].stability));
  const auto found = hdbscan(line(values), {.min_cluster_size = 5, .min_samples = 2});
  CHECK(found.of_row[0] >= 0);
  CHECK(std::set<std::int32_t>(found.of_row.begin(), found.of_row.begin() + 20).size() == 1);
}

TEST_CASE("a parent is taken where its children together have no more mass", "[clusters]") {
  CondensedTree tree;
  tree.clusters = {{.parent = -1},
                   {.parent = 0, .stability = 3},
                   {.parent = 0, .stability = 1},
                   {.parent = 1, .stability = 1},
                   {.parent = 1, .stability = 2},
                   {.parent = 2, .stability = 0.5},
                   {.parent = 2, .stability = 0.6}};
  model::select_by_excess_of_mass(tree);
  std::vector<bool> selected;
  for (const auto& cluster : tree.clusters) selected.push_back(cluster.is_selected);
  CHECK(selected == std::vector<bool>{false, true, false, false, false, true, true});
}

TEST_CASE("density clusters are the same on any number of threads, and stop when told",
          "[clusters]") {
  const Vectors rows = drawn(1'500, 2, 3);
  const auto one = hdbscan(rows, {.min_cluster_size = 8, .min_samples = 3, .threads = 1}),
             three = hdbscan(rows, {.min_cluster_size = 8, .min_samples = 3, .threads = 3});
  CHECK(one.count > 2);
  CHECK(one.of_row == three.of_row);
  CHECK(hdbscan(rows, {.proceed = [](double share) { return share < 0.3; }}).of_row.empty());
}
