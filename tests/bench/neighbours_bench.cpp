// The graph that model.neighbours is: of each of 114,000 x 64 unit vectors its 50 nearest others.
//
// Gate first: for every 500th row what is found equals a search for that row alone
// (shared/exact_search.hpp); a difference ends the benchmark with an error.
//
// all_pairs/T   all pairs once, on T threads. processor_s: seconds of processors, all threads
//               together; gflops of those counts 2 * 64 for every ordered pair, half of which is
//               saved; search_ratio: how many times as long a search for each row takes, measured on
//               4,000 rows and the same threads in the same run, in seconds of processors too
// by_graph/T    the same by an HNSW graph of these rows: built on one thread, searched on T.
//               recall of the rows that the gate looks at; exact_ratio: its time to that of all
//               pairs in the same run. It grows with the rows and all pairs with their square: up to
//               114,000 * exact_ratio rows all pairs are the quicker
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

#include "clustered_vectors.hpp"
#include "kernels/graph_index.hpp"
#include "kernels/parallel.hpp"
#include "processor_time.hpp"
#include "shared/exact_search.hpp"
#include "shared/gathered_products.hpp"
#include "shared/neighbour_graph.hpp"
#include "shared/row_neighbours.hpp"

namespace {

constexpr std::size_t kDim = 64, kRows = 114'000, kSome = 4'000, kBest = 50, kEvery = 500;

const model::Vectors& vectors() {
  static const model::Vectors made = bench::ClusteredVectors(kDim).draw(kRows);
  return made;
}

shared::RowMatrix matrix() {
  return {vectors().values.data(), kRows, kDim};
}

struct Spent {
  double seconds, processor_seconds;
};

Spent spent_on(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  const double processor_start = bench::processor_seconds();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          bench::processor_seconds() - processor_start};
}

/// The 50 nearest others of every kEvery-th row.
const std::vector<std::vector<shared::ScoredRow>>& truth() {
  static const auto found = [] {
    std::vector<float> queries;
    for (std::size_t row = 0; row < kRows; row += kEvery) {
      const float* values = vectors().row(static_cast<std::int64_t>(row));
      queries.insert(queries.end(), values, values + kDim);
    }
    auto lists = shared::top_rows_of_each(matrix(), queries, kBest + 1);
    for (std::size_t k = 0; k < lists.size(); ++k)
      std::erase_if(lists[k], [&](const shared::ScoredRow& one) {
        return static_cast<std::size_t>(one.row) == k * kEvery;
      });
    return lists;
  }();
  return found;
}

bool passes_gate(const shared::RowNeighbours& found) {
  for (std::size_t k = 0; k < truth().size(); ++k) {
    const auto* list = found.found.data() + k * kEvery * found.k;
    if (!std::equal(
            truth()[k].begin(), truth()[k].end(), list, list + found.k,
            [](const auto& a, const auto& b) { return a.row == b.row && a.score == b.score; }))
      return false;
  }
  return true;
}

/// Nothing where it is not what a search for each row finds.
std::optional<Spent> spent_on_all_pairs(int threads) {
  shared::RowNeighbours found;
  const Spent spent =
      spent_on([&] { found = shared::neighbours_of_rows(matrix(), kBest, threads); });
  return passes_gate(found) ? std::optional(spent) : std::nullopt;
}

void all_pairs(benchmark::State& state) {
  const auto threads = static_cast<int>(state.range(0));
  double best = std::numeric_limits<double>::infinity(), search = best;
  vectors();
  for (auto _ : state) {
    const auto spent = spent_on_all_pairs(threads);
    if (!spent) return state.SkipWithError("it is not what a search for each row finds");
    best = std::min(best, spent->processor_seconds);
    state.SetIterationTime(spent->seconds);
    const std::span<const float> some(vectors().values.data(), kSome * kDim);
    search = std::min(search, spent_on([&] {
                                benchmark::DoNotOptimize(
                                    shared::top_rows_of_each(matrix(), some, kBest + 1, threads));
                              }).processor_seconds);
  }
  state.counters["processor_s"] = best;
  state.counters["gflops"] = 2.0 * kRows * kRows * kDim / best / 1e9;
  state.counters["search_ratio"] = search * kRows / kSome / best;
}

void by_graph(benchmark::State& state) {
  const auto threads = static_cast<int>(state.range(0));
  const auto exact = spent_on_all_pairs(threads);
  if (!exact) return state.SkipWithError("it is not what a search for each row finds");
  Spent spent{};
  std::size_t hits = 0;
  for (auto _ : state) {
    std::vector<std::vector<shared::GraphSearch::Row>> lists(kRows);
    spent = spent_on([&] {
      const model::BuiltGraph graph = model::build_graph(vectors(), {});
      const shared::NeighbourGraph view(graph.bytes, kRows);
      std::vector<shared::GraphSearch> searches(static_cast<std::size_t>(threads));
      model::for_blocks(threads, vectors().rows, 256,
                        [&](int thread, std::int64_t begin, std::int64_t end) {
                          for (std::int64_t row = begin; row < end; ++row)
                            lists[static_cast<std::size_t>(row)] =
                                searches[static_cast<std::size_t>(thread)].best(
                                    view, matrix().data, kDim, vectors().row(row), kBest + 1,
                                    graph.breadth, shared::gathered_products());
                        });
    });
    state.SetIterationTime(spent.seconds);
    for (std::size_t k = 0; k < truth().size(); ++k)
      for (const auto& one : lists[k * kEvery])
        hits += static_cast<std::size_t>(one.row) != k * kEvery &&
                one.score >= truth()[k].back().score - 1e-6f;  // the two round differently
  }
  state.counters["recall"] =
      static_cast<double>(hits) / static_cast<double>(truth().size() * kBest);
  state.counters["exact_ratio"] = spent.processor_seconds / exact->processor_seconds;
}

BENCHMARK(all_pairs)->Arg(1)->Arg(2)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(by_graph)->Arg(2)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
