// What model.clusters takes, at 30,000 x 20: HDBSCAN and UMAP.
//
// density/T     the exact tree of reachability, its condensed tree and the selection on T threads.
//               processor_s: seconds of processors, all threads together; plain_ratio: how many times
//               as long plain loops take for the tree (cluster_reference.hpp), which are measured on
//               5,000 rows in the same run and grow with the square of the rows. Gate: on those rows
//               both trees weigh the same; else the benchmark ends with an error
// map/DIM/T     UMAP into DIM dimensions on T threads, neighbours and start included; plain_ratio: how
//               many times as long plain loops take for the descent alone, ten epochs of it measured
//               in the same run
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <limits>

#include "cluster_reference.hpp"
#include "clustered_vectors.hpp"
#include "kernels/fuzzy_graph.hpp"
#include "kernels/hdbscan.hpp"
#include "kernels/umap.hpp"
#include "processor_time.hpp"

namespace {

constexpr std::size_t kDim = 20, kRows = 30'000, kSome = 5'000, kSamples = 5;
constexpr int kEpochs = 200, kSomeEpochs = 10;

const model::Vectors& rows() {
  static const model::Vectors made = bench::ClusteredVectors(kDim).draw(kRows);
  return made;
}

double processor_seconds_of(const auto& work) {
  const double start = bench::processor_seconds();
  work();
  return bench::processor_seconds() - start;
}

model::Vectors first_rows(std::size_t count) {
  model::Vectors some(static_cast<std::int64_t>(count), kDim);
  std::copy_n(rows().values.begin(), some.values.size(), some.values.begin());
  return some;
}

/// Seconds that plain loops take for all rows; below 0 where their tree is another.
double plain_tree_seconds() {
  const model::Vectors some = first_rows(kSome);
  double weight = 0, plain = 0;
  for (const auto& edge : model::reachability_tree(some, kSamples, 1)) weight += edge.weight;
  const double seconds = processor_seconds_of(
      [&] { plain = bench::plain_reachability_weight(some.values.data(), kSome, kDim, kSamples); });
  if (std::abs(weight - plain) > 1e-4 * plain) return -1;
  constexpr double kTimes = static_cast<double>(kRows) / kSome;
  return seconds * kTimes * kTimes;
}

void density(benchmark::State& state) {
  const auto threads = static_cast<int>(state.range(0));
  const double plain = plain_tree_seconds();
  if (plain < 0) return state.SkipWithError("the tree of reachability is not the least");
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    best = std::min(best, processor_seconds_of([&] {
                      benchmark::DoNotOptimize(
                          model::hdbscan(rows(), {.min_samples = kSamples, .threads = threads}));
                    }));
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  state.counters["processor_s"] = best;
  state.counters["plain_ratio"] = plain / best;
}

double plain_descent_seconds(std::size_t dim) {
  const model::SparseMatrix graph = model::fuzzy_graph(model::nearest_by_cosine(rows(), 14, 2));
  const model::UmapCurve curve = model::umap_curve(0.1, 1);
  std::vector<float> places(kRows * dim);
  bench::Normal normal(3);
  for (float& place : places) place = 5 * normal.next();
  return processor_seconds_of([&] {
           bench::plain_descent({graph.offsets.data(), graph.indices.data(), graph.values.data(),
                                 kRows, dim, kSomeEpochs, curve.a, curve.b},
                                places);
         }) *
         kEpochs / kSomeEpochs;
}

void map(benchmark::State& state) {
  const auto dim = static_cast<std::size_t>(state.range(0));
  const auto threads = static_cast<int>(state.range(1));
  const double plain = plain_descent_seconds(dim);
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    best = std::min(best, processor_seconds_of([&] {
                      benchmark::DoNotOptimize(
                          model::umap(rows(), {.dim = dim, .epochs = kEpochs, .threads = threads}));
                    }));
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  state.counters["processor_s"] = best;
  state.counters["plain_ratio"] = plain / best;
}

BENCHMARK(density)->Arg(1)->Arg(2)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(map)->Args({2, 1})->Args({2, 2})->Args({20, 2})->Iterations(1)->UseManualTime()->Unit(
    benchmark::kMillisecond);

}  // namespace
