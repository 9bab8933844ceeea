// Approximate search: the 50 nearest of 114,000 x 64 unit vectors by the graph that model.content
// builds and recall.content searches.
//
// The vectors lie in 2,000 clusters of unequal size, near a plane of 21 dimensions; the queries are
// drawn in the same way. PLAYLIST_BENCH_KNN names a folder with base_114000_64.f32 and
// queries_114000_64.f32 (raw float32) to be used instead.
//
// Gate first: the breadth is the least of a few with which a search finds 0.99 of the truly nearest
// 50, by reading all rows, as a mean over the queries. Without one the benchmark ends with an
// error.
//
// build_graph        seconds to build it on one thread
// search_graph/T     1,000 queries on T threads, each on its own. queries_per_s; recall and
//                    breadth; read_ratio: how many times as long it takes on one thread to read all
//                    rows for a query (exact_search.hpp), measured in the same run
// recall_by_reading  what recall.content does where there is no graph: one query of 100,000 rows
//                    for 500 candidates and 50 seeds, and which seed lies nearest to each
//                    candidate, on one thread. read_ratio: its time to that of reading for 50 rows
//                    alone
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "clustered_vectors.hpp"
#include "kernels/graph_index.hpp"
#include "shared/exact_search.hpp"
#include "shared/gathered_products.hpp"
#include "shared/neighbour_graph.hpp"

namespace {

constexpr std::size_t kDim = 64, kRows = 114'000, kQueries = 1'000, kBest = 50;
constexpr double kRecall = 0.99;

struct Data {
  model::Vectors base, queries;
};

Data made_up() {
  bench::ClusteredVectors source(kDim);
  Data data;
  data.base = source.draw(kRows);
  data.queries = source.draw(kQueries);
  return data;
}

bool read_into(model::Vectors& vectors, const std::string& path, std::size_t rows) {
  vectors = model::Vectors(static_cast<std::int64_t>(rows), kDim);
  const auto bytes = static_cast<std::streamsize>(vectors.values.size() * sizeof(float));
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(vectors.values.data()), bytes);
  return file.gcount() == bytes;
}

const Data& data() {
  static const Data made = [] {
    const char* folder = std::getenv("PLAYLIST_BENCH_KNN");
    Data read;
    if (folder != nullptr &&
        read_into(read.base, std::string(folder) + "/base_114000_64.f32", kRows) &&
        read_into(read.queries, std::string(folder) + "/queries_114000_64.f32", kQueries))
      return read;
    return made_up();
  }();
  return made;
}

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

shared::RowMatrix matrix() {
  return {data().base.values.data(), kRows, kDim};
}

struct Built {
  model::BuiltGraph graph;
  double build_seconds = 0, read_seconds = 0;  // of one query
  std::vector<float> least;                    // score of the 50th of each query
};

const Built& built() {
  static const Built made = [] {
    Built built;
    data();
    built.build_seconds = seconds_of([&] { built.graph = model::build_graph(data().base, {}); });
    built.read_seconds = seconds_of([&] {
                           for (std::size_t q = 0; q < kQueries; ++q) {
                             const float* query = data().queries.row(static_cast<std::int64_t>(q));
                             const auto rows = shared::top_rows(matrix(), {query, kDim}, kBest);
                             built.least.push_back(rows.back().score);
                           }
                         }) /
                         kQueries;
    return built;
  }();
  return made;
}

/// Searches for the queries [begin, end); returns how many of their true best were found.
std::size_t search(std::size_t begin, std::size_t end, std::size_t breadth) {
  const shared::NeighbourGraph graph(built().graph.bytes, kRows);
  shared::GraphSearch search;
  std::size_t hits = 0;
  for (std::size_t q = begin; q < end; ++q) {
    const float* query = data().queries.row(static_cast<std::int64_t>(q));
    for (const auto& row : search.best(graph, matrix().data, kDim, query, kBest, breadth,
                                       shared::gathered_products()))
      hits += row.score >= built().least[q] - 1e-6f;  // the two searches round differently
  }
  return hits;
}

struct Gate {
  std::size_t breadth = 0;  // 0: none is enough
  double recall = 0;
};

const Gate& gate() {
  static const Gate found = [] {
    for (const std::size_t breadth : {60, 80, 90, 100, 110, 120, 140, 160, 200, 400}) {
      const double recall = static_cast<double>(search(0, kQueries, breadth)) / (kQueries * kBest);
      if (recall >= kRecall) return Gate{breadth, recall};
    }
    return Gate{};
  }();
  return found;
}

void build_graph(benchmark::State& state) {
  for (auto _ : state) state.SetIterationTime(built().build_seconds);
  state.counters["recall_at_50"] = built().graph.recall;
  state.counters["breadth"] = static_cast<double>(built().graph.breadth);
  state.counters["bytes_per_row"] = static_cast<double>(built().graph.bytes.size()) / kRows;
}

void search_graph(benchmark::State& state) {
  if (gate().breadth == 0) return state.SkipWithError("no breadth finds 0.99 of the nearest 50");
  const auto threads = static_cast<std::size_t>(state.range(0));
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state) {
    best =
        std::min(best, seconds_of([&] {
                   std::vector<std::jthread> others;
                   for (std::size_t t = 1; t < threads; ++t)
                     others.emplace_back([=] {
                       benchmark::DoNotOptimize(search(
                           kQueries * t / threads, kQueries * (t + 1) / threads, gate().breadth));
                     });
                   benchmark::DoNotOptimize(search(0, kQueries / threads, gate().breadth));
                 }));
  }
  const double per_second = kQueries / best;
  state.counters["queries_per_s"] = per_second;
  state.counters["recall"] = gate().recall;
  state.counters["breadth"] = static_cast<double>(gate().breadth);
  state.counters["read_ratio"] = built().read_seconds * per_second;
}

void recall_by_reading(benchmark::State& state) {
  constexpr std::size_t kSome = 100'000, kSeeds = 50, kWanted = 550;
  const shared::RowMatrix some{matrix().data, kSome, kDim};
  const std::span<const float> query(data().queries.row(0), kDim);
  double best = std::numeric_limits<double>::infinity(), read = best;
  for (auto _ : state) {
    best = std::min(best, seconds_of([&] {
                      const auto rows = shared::top_rows(some, query, kWanted);
                      std::vector<float> candidates;
                      for (std::size_t k = kSeeds; k < rows.size(); ++k) {
                        const float* row = some.data + static_cast<std::size_t>(rows[k].row) * kDim;
                        candidates.insert(candidates.end(), row, row + kDim);
                      }
                      benchmark::DoNotOptimize(
                          shared::top_rows_of_each({some.data, kSeeds, kDim}, candidates, 1));
                    }));
    state.PauseTiming();
    read = std::min(
        read, seconds_of([&] { benchmark::DoNotOptimize(shared::top_rows(some, query, kBest)); }));
    state.ResumeTiming();
  }
  state.counters["best_ms"] = best * 1e3;
  state.counters["read_ratio"] = best / read;
}

BENCHMARK(recall_by_reading)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(build_graph)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(search_graph)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
