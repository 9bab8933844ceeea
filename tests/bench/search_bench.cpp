// Exact search: the 50 rows of the largest dot products out of 1 M x 64 float32.
//
// Gate first: on 100 k rows of values whose sums are exact, what is found equals sorting all rows,
// for single queries and for a batch; a difference ends the benchmark with an error.
//
// search_one/T    one query on T threads. read_ratio: its time to that of adding up the matrix on
//                 the same threads, both the fastest of the run
// search_coded/T  the same with the rows' codes (playlist/quantized_rows.hpp)
// search_batch/T  1,000 queries on T threads. queries_per_s; gflops counts 2 * rows * 64 a query
#include "playlist/random.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "shared/exact_search.hpp"

namespace {

constexpr std::size_t kDim = 64, kRows = 1'000'000, kQueries = 1'000, kBest = 50;

/// Multiples of 1/64 in (-1, 1): products and sums of 64 of them are exact.
std::vector<float> values(std::size_t count, std::uint64_t seed) {
  std::vector<float> result(count);
  for (float& value : result)
    value = (static_cast<float>(playlist::splitmix64(seed) % 127) - 63.0f) / 64;
  return result;
}

const std::vector<float>& matrix() {
  static const std::vector<float> made = values(kRows * kDim, 1);
  return made;
}
const std::vector<float>& queries() {
  static const std::vector<float> made = values(kQueries * kDim, 2);
  return made;
}

bool is_sorted_search(std::size_t query, const std::vector<shared::ScoredRow>& found,
                      std::size_t rows) {
  std::vector<shared::ScoredRow> all;
  for (std::size_t row = 0; row < rows; ++row) {
    float sum = 0;
    for (std::size_t d = 0; d < kDim; ++d)
      sum += matrix()[row * kDim + d] * queries()[query * kDim + d];
    all.push_back({sum, static_cast<std::int32_t>(row)});
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  });
  return std::equal(
      found.begin(), found.end(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kBest),
      [](const auto& a, const auto& b) { return a.row == b.row && a.score == b.score; });
}

/// The first `rows` with their codes.
shared::RowMatrix coded_matrix(std::size_t rows) {
  static const std::string all = shared::QuantizedRows::encode(matrix(), kDim);
  static const std::string some =
      shared::QuantizedRows::encode(std::span(matrix()).first(100'000 * kDim), kDim);
  return {matrix().data(), rows, kDim, {rows == kRows ? all : some, rows, kDim}};
}

bool passes_gate() {
  static const bool passed = [] {
    const shared::RowMatrix some{matrix().data(), 100'000, kDim};
    const auto batch = shared::top_rows_of_each(some, queries(), kBest, 2);
    for (std::size_t q = 0; q < kQueries; q += 100) {
      const std::span<const float> query(queries().data() + q * kDim, kDim);
      if (!is_sorted_search(q, shared::top_rows(some, query, kBest, 2), some.rows) ||
          !is_sorted_search(q, shared::top_rows(coded_matrix(100'000), query, kBest, 2),
                            some.rows) ||
          !is_sorted_search(q, batch[q], some.rows))
        return false;
    }
    return true;
  }();
  return passed;
}

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Adds up its part of the matrix in eight sums of four, which is faster than memory.
float sum_of_part(std::size_t part, std::size_t parts) {
  typedef float Four __attribute__((vector_size(16), aligned(4), may_alias));
  Four sums[8] = {};
  const float* values = matrix().data();
  const std::size_t begin = kRows * part / parts * kDim, end = kRows * (part + 1) / parts * kDim;
  for (std::size_t k = begin; k < end; k += 32) {
#pragma GCC unroll 8
    for (std::size_t s = 0; s < 8; ++s)
      sums[s] += *reinterpret_cast<const Four*>(values + k + 4 * s);
  }
  float sum = 0;
  for (const Four& four : sums) sum += four[0] + four[3];
  return sum;
}

void read_all(std::size_t threads) {
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < threads; ++t)
    others.emplace_back([=] { benchmark::DoNotOptimize(sum_of_part(t, threads)); });
  benchmark::DoNotOptimize(sum_of_part(0, threads));
}

void search_singly(benchmark::State& state, const shared::RowMatrix& rows) {
  if (!passes_gate()) return state.SkipWithError("the search does not equal sorting all rows");
  const auto threads = static_cast<int>(state.range(0));
  double read = std::numeric_limits<double>::infinity(), found = read;
  std::size_t q = 0;
  for (auto _ : state) {
    const std::span<const float> query(queries().data() + q++ % kQueries * kDim, kDim);
    found = std::min(found, seconds_of([&] {
                       benchmark::DoNotOptimize(shared::top_rows(rows, query, kBest, threads));
                     }));
    state.PauseTiming();
    read = std::min(read, seconds_of([&] { read_all(static_cast<std::size_t>(threads)); }));
    state.ResumeTiming();
  }
  state.counters["read_ms"] = read * 1e3;
  state.counters["best_ms"] = found * 1e3;
  state.counters["read_ratio"] = found / read;
}

void search_one(benchmark::State& state) {
  search_singly(state, {matrix().data(), kRows, kDim});
}

void search_coded(benchmark::State& state) {
  search_singly(state, coded_matrix(kRows));
}

void search_batch(benchmark::State& state) {
  if (!passes_gate()) return state.SkipWithError("the search does not equal sorting all rows");
  double seconds = 0;
  for (auto _ : state) {
    seconds += seconds_of([&] {
      benchmark::DoNotOptimize(shared::top_rows_of_each({matrix().data(), kRows, kDim}, queries(),
                                                        kBest, static_cast<int>(state.range(0))));
    });
  }
  const double per_second = static_cast<double>(state.iterations()) * kQueries / seconds;
  state.counters["queries_per_s"] = per_second;
  state.counters["gflops"] = per_second * 2 * static_cast<double>(kRows * kDim) / 1e9;
}

BENCHMARK(search_one)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(search_coded)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(search_batch)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
