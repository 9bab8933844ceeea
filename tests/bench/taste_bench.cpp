// Boosted trees of model.taste: 30,000 examples of 35 features, 200 trees, as of a person of many
// plays.
//
// taste/boost  processor_s: seconds of one processor for growing the trees and reading them out;
//              ratio of those to what XGBoost's C interface takes for the trees alone, called by
//              nothing but itself, in the same run; each the least of its turns
// taste/score  ns_per_row: what the trees say of a row, by our own loops; ratio to XGBoost's own
#include "playlist/random.hpp"

#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../support/xgboost_directly.hpp"
#include "kernels/xgboost.hpp"
#include "processor_time.hpp"

namespace {

constexpr std::size_t kRows = 30'000, kFeatures = 35;
constexpr int kTrees = 200, kTurns = 5;

struct Made {
  std::vector<float> rows, labels;
  float mean = 0;

  Made() {
    playlist::Random random(3);
    for (std::size_t k = 0; k < kRows; ++k) {
      const std::size_t at = rows.size();
      for (std::size_t f = 0; f < kFeatures; ++f)
        rows.push_back(f > 18 && random.real() < 0.3
                           ? std::numeric_limits<float>::quiet_NaN()
                           : static_cast<float>(random.real() + random.real() - 1));
      const double log_odds = 3.0 * rows[at] * rows[at + 1] + 2.0 * rows[at + 2];
      labels.push_back(random.real() < 1 / (1 + std::exp(-log_odds)) ? 1 : 0);
      mean += labels.back() / static_cast<float>(kRows);
    }
  }
  [[nodiscard]] support::XgBoostDirectly directly() const {
    return {rows,
            kFeatures,
            labels,
            {{"verbosity", "0"},
             {"objective", "binary:logistic"},
             {"base_score", std::to_string(mean)},
             {"tree_method", "hist"},
             {"nthread", "1"},
             {"max_depth", "3"},
             {"eta", "0.05"},
             {"min_child_weight", "5"}},
            kTrees};
  }
  [[nodiscard]] shared::BoostedTreesOf through_us() const {
    return model::grow_trees(rows, kFeatures, labels, {}).value();
  }
};

const Made& made() {
  static const Made kMade;
  return kMade;
}

/// Processor seconds.
template <typename Work>
double seconds_of(const Work& work) {
  const double start = bench::processor_seconds();
  work();
  return bench::processor_seconds() - start;
}

void taste_boost(benchmark::State& state) {
  double ours = std::numeric_limits<double>::infinity(), direct = ours;
  for (auto _ : state) {
    for (int turn = 0; turn < kTurns; ++turn) {
      direct = std::min(direct, seconds_of([] {
                          const auto grown = made().directly();
                          benchmark::DoNotOptimize(&grown);
                        }));
      ours = std::min(ours, seconds_of([] {
                        const auto grown = made().through_us();
                        benchmark::DoNotOptimize(grown.value.data());
                      }));
    }
  }
  state.counters["processor_s"] = ours;
  state.counters["ratio"] = ours / direct;
}

void taste_score(benchmark::State& state) {
  const shared::BoostedTreesOf grown = made().through_us();
  const shared::TreeSum trees(grown.view());
  const auto direct = made().directly();
  double ours = std::numeric_limits<double>::infinity(), theirs = ours;
  for (auto _ : state) {
    for (int turn = 0; turn < kTurns; ++turn) {
      float sum = 0;
      ours = std::min(ours, seconds_of([&] {
                        for (std::size_t k = 0; k < kRows; ++k)
                          sum += trees(std::span(made().rows).subspan(k * kFeatures, kFeatures));
                      }));
      benchmark::DoNotOptimize(sum);
      theirs = std::min(theirs, seconds_of([&] {
                          const auto sums = direct.sums_anew(made().rows, kFeatures);
                          benchmark::DoNotOptimize(sums.data());
                        }));
    }
  }
  state.counters["ns_per_row"] = 1e9 * ours / kRows;
  state.counters["ratio"] = ours / theirs;
}

}  // namespace

BENCHMARK(taste_boost)->Name("taste/boost")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(taste_score)->Name("taste/score")->Iterations(1)->Unit(benchmark::kMillisecond);
