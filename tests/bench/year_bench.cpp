// A simulated year of seven listeners whose taste drifts (tests/support/simulated_year.hpp): the
// kept playlist dynamic beside lists that need no engine.
//
// year  through_*  share of the plays that are heard through, mean over listeners and weeks
//       better_*   dynamic less the other, paired by listener and week, with its 95 % interval
//                  over listeners (_low, _high)
//       refreshes, suggestions, approved, rejected; broken: limits that did not hold, which are
//       told on stderr
#include <benchmark/benchmark.h>
#include <iostream>
#include <map>

#include "evaluate/bootstrap.hpp"
#include "support/simulated_year.hpp"

namespace {

using test::ListWay;

constexpr std::pair<const char*, ListWay> kOthers[] = {{"fixed_shuffle", ListWay::kFixedShuffle},
                                                       {"recency", ListWay::kRecency},
                                                       {"new_draw", ListWay::kNewDraw}};
constexpr int kListeners = 7;

void year(benchmark::State& state) {
  for (auto _ : state) {
    std::vector<std::vector<double>> dynamic;
    std::map<std::string, std::vector<std::vector<double>>> through, better;
    for (int seed = 1; seed <= kListeners; ++seed) {
      test::YearOptions options;
      options.seed = static_cast<std::uint64_t>(seed);
      const test::Year own = test::live_year(ListWay::kDynamic, options);
      for (const std::string& broken : own.broken)
        std::cerr << "listener " << seed << ", " << broken << "\n";
      dynamic.push_back(own.through);
      state.counters["refreshes"] += own.refreshes;
      state.counters["suggestions"] += own.suggestions;
      state.counters["approved"] += own.approved;
      state.counters["rejected"] += own.rejected;
      state.counters["broken"] += static_cast<double>(own.broken.size());
      for (const auto& [name, way] : kOthers) {
        through[name].push_back(test::live_year(way, options).through);
        better[name].push_back(own.through);
        for (std::size_t week = 0; week < own.through.size(); ++week)
          better[name].back()[week] -= through[name].back()[week];
      }
    }
    state.counters["through_dynamic"] = engine::evaluate::bootstrap_mean(dynamic, {}).mean;
    for (const auto& [name, way] : kOthers) {
      const auto gain = engine::evaluate::bootstrap_mean(better[name], {});
      state.counters[std::string("through_") + name] =
          engine::evaluate::bootstrap_mean(through[name], {}).mean;
      state.counters[std::string("better_") + name] = gain.mean;
      state.counters[std::string("better_") + name + "_low"] = gain.low;
      state.counters[std::string("better_") + name + "_high"] = gain.high;
    }
  }
}
BENCHMARK(year)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
