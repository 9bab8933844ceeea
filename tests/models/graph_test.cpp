// The graph of near neighbours: what model.content builds and recall.content searches.
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <catch2/catch.hpp>

#include "kernels/content_space.hpp"
#include "kernels/graph_index.hpp"
#include "shared/gathered_products.hpp"
#include "shared/neighbour_graph.hpp"

using model::build_graph;
using model::BuiltGraph;
using model::Vectors;
using shared::GraphSearch;
using shared::NeighbourGraph;

namespace {

/// Unit vectors in `rows / 50` clusters.
Vectors clustered(std::int64_t rows, std::size_t dim, std::uint64_t seed = 1) {
  playlist::Random random(seed);
  Vectors centres(std::max<std::int64_t>(1, rows / 50), dim), made(rows, dim);
  const auto spread = [&] { return static_cast<float>(random.real() + random.real() - 1); };
  for (float& value : centres.values) value = spread();
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* centre = centres.row(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(centres.rows))));
    for (std::size_t k = 0; k < dim; ++k) made.row(row)[k] = centre[k] + 0.5f * spread();
  }
  model::normalise(made);
  return made;
}

/// Plainly: every product, sorted.
std::vector<std::int32_t> nearest(const Vectors& vectors, const float* query, std::size_t count) {
  std::vector<std::pair<float, std::int32_t>> all;
  for (std::int64_t row = 0; row < vectors.rows; ++row) {
    double sum = 0;
    for (std::size_t k = 0; k < vectors.dim; ++k)
      sum += static_cast<double>(query[k]) * vectors.row(row)[k];
    all.emplace_back(static_cast<float>(-sum), static_cast<std::int32_t>(row));
  }
  std::sort(all.begin(), all.end());
  std::vector<std::int32_t> rows;
  for (std::size_t k = 0; k < count; ++k) rows.push_back(all[k].second);
  return rows;
}

std::vector<GraphSearch::Row> search(const std::string& bytes, const Vectors& vectors,
                                     const float* query, std::size_t count, std::size_t breadth) {
  const NeighbourGraph graph(bytes, static_cast<std::size_t>(vectors.rows));
  INFO(graph.problem());
  REQUIRE(graph.is_sound());
  return GraphSearch().best(graph, vectors.values.data(), vectors.dim, query, count, breadth,
                            shared::gathered_products());
}

const Vectors& some() {
  static const Vectors vectors = clustered(4000, 24);
  return vectors;
}
const BuiltGraph& graph_of_some() {
  static const BuiltGraph built = build_graph(some(), {});
  return built;
}

}  // namespace

TEST_CASE("gathered products are sums of products, for every length", "[graph]") {
  for (const std::size_t dim : {1, 15, 16, 17, 31, 32, 48, 64, 100}) {
    std::vector<float> rows(3 * dim), query(dim);
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<float>(k % 7) - 3;
    for (std::size_t k = 0; k < dim; ++k) query[k] = static_cast<float>(k % 5) - 2;
    const std::int32_t ids[] = {2, 0, 2, 1};
    float scores[4];
    shared::gathered_products()(query.data(), rows.data(), dim, ids, 4, scores);
    for (int k = 0; k < 4; ++k) {
      float expected = 0;  // whole numbers: exact in any order
      for (std::size_t d = 0; d < dim; ++d)
        expected += query[d] * rows[static_cast<std::size_t>(ids[k]) * dim + d];
      CHECK(scores[k] == expected);
    }
  }
}

TEST_CASE("a search of the graph finds nearly all of the nearest rows, in order", "[graph]") {
  const Vectors queries = clustered(100, 24, 7);
  CHECK(graph_of_some().recall >= 0.98);
  std::size_t hits = 0;
  for (std::int64_t q = 0; q < queries.rows; ++q) {
    const auto found =
        search(graph_of_some().bytes, some(), queries.row(q), 50, graph_of_some().breadth);
    REQUIRE(found.size() == 50);
    CHECK(std::is_sorted(found.begin(), found.end(),
                         [](const auto& a, const auto& b) { return a.score > b.score; }));
    auto truth = nearest(some(), queries.row(q), 50);
    std::sort(truth.begin(), truth.end());
    for (const auto& row : found) hits += std::binary_search(truth.begin(), truth.end(), row.row);
  }
  CHECK(static_cast<double>(hits) / (100 * 50) >= 0.98);
}

TEST_CASE("a search as broad as the matrix finds exactly what reading it finds", "[graph]") {
  const Vectors vectors = clustered(500, 16);
  const BuiltGraph built = build_graph(vectors, {});
  const Vectors queries = clustered(20, 16, 3);
  for (std::int64_t q = 0; q < queries.rows; ++q) {
    std::vector<std::int32_t> found;
    for (const auto& row : search(built.bytes, vectors, queries.row(q), 30, 500))
      found.push_back(row.row);
    CHECK(found == nearest(vectors, queries.row(q), 30));
  }
}

TEST_CASE("the same vectors give the same bytes of a graph", "[graph]") {
  CHECK((build_graph(some(), {}).bytes == graph_of_some().bytes));
}

TEST_CASE("graphs of no row and of one row can be searched", "[graph]") {
  const Vectors none(0, 4);
  CHECK(search(build_graph(none, {}).bytes, none, nullptr, 5, 5).empty());
  Vectors one(1, 4);
  one.values = {1, 0, 0, 0};
  const auto found = search(build_graph(one, {}).bytes, one, one.row(0), 5, 5);
  REQUIRE(found.size() == 1);
  CHECK(found[0].row == 0);
  CHECK(found[0].score == 1);
}

TEST_CASE("rows that are all the same come in the order of their numbers", "[graph]") {
  Vectors same(40, 4);
  for (std::int64_t row = 0; row < same.rows; ++row) same.row(row)[0] = 1;
  const BuiltGraph built = build_graph(same, {});
  const auto found = search(built.bytes, same, same.row(0), 10, 40);
  for (std::size_t k = 1; k < found.size(); ++k) CHECK(found[k - 1].row < found[k].row);
}

TEST_CASE("building a graph can be stopped", "[graph]") {
  model::GraphOptions options;
  options.proceed = [](double) { return false; };
  CHECK(build_graph(some(), options).bytes.empty());
}

TEST_CASE("the breadth grows until enough is found, and the rest is told", "[graph]") {
  model::GraphOptions hard;
  hard.recall = 1.1;  // never reached
  hard.most_breadth = 400;
  const BuiltGraph built = build_graph(some(), hard);
  CHECK(built.breadth == 400);
  CHECK(built.recall < 1.1);
  CHECK(NeighbourGraph(built.bytes, 4000).breadth() == 400);
}

TEST_CASE("bytes that are no graph of this matrix are refused", "[graph]") {
  const Vectors vectors = clustered(60, 8);
  const std::string whole = build_graph(vectors, {}).bytes;
  const auto problem = [&](const std::string& bytes, std::size_t rows = 60) {
    const NeighbourGraph graph(bytes, rows);
    CHECK_FALSE(graph.is_sound());
    CHECK(graph.nodes() == 0);
    return graph.problem();
  };
  CHECK(problem("") == "it is shorter than its header");
  CHECK(problem(whole.substr(0, 30)) == "it is shorter than its header");
  CHECK(problem(whole, 61) == "it is of another matrix");
  CHECK(problem(whole.substr(0, whole.size() - 4)) == "its length is not what its header says");
  CHECK(problem(whole + "    ") == "its length is not what its header says");
  const auto with = [&](std::size_t place, std::uint32_t value) {
    std::string changed = whole;
    std::memcpy(changed.data() + place * 4, &value, 4);
    return changed;
  };
  CHECK(problem(with(0, 1)) == "it is of another version");
  CHECK(problem(with(1, 2)) == "it is of another version");
  CHECK(problem(with(3, 0)) == "its header is damaged");
  CHECK(problem(with(3, 257)) == "its header is damaged");
  CHECK(problem(with(5, 60)) == "its header is damaged");
}

TEST_CASE("a graph whose numbers are damaged is searched without harm", "[graph]") {
  const Vectors vectors = clustered(60, 8);
  const std::string whole = build_graph(vectors, {}).bytes;
  playlist::Random random(5);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    for (int k = 0; k < 20; ++k) {
      const std::size_t place = NeighbourGraph::kHeader * 4 +
                                4 * random.below((whole.size() - NeighbourGraph::kHeader * 4) / 4);
      const auto value = static_cast<std::uint32_t>(random.next() >> (random.below(2) * 57));
      std::memcpy(damaged.data() + place, &value, 4);
    }
    // Levels that are not there, too.
    const auto levels = static_cast<std::uint32_t>(random.below(9));
    std::memcpy(damaged.data() + 6 * 4, &levels, 4);
    const NeighbourGraph graph(damaged, 60);
    REQUIRE(graph.is_sound());
    const auto found = GraphSearch().best(graph, vectors.values.data(), vectors.dim, vectors.row(0),
                                          10, 20, shared::gathered_products());
    for (const auto& row : found) CHECK(row.row < 60);
  }
}
