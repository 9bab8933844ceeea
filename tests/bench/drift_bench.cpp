// The rules of drift on made-up people of each kind (tests/patterns/simulated_listening.hpp): 1,000 whose
// habits stay what they are, as one look in a hundred more or less is what is asked, 200 of each change.
//
//   engine_bench --benchmark_filter=drift_    about ten minutes on one core
//
// Arguments  sessions a day / rhythm (0 Poisson, 1 uneven, 2 bursty, 3 wavering) / days of history before the
//            week that is looked at / broad hours (1) or those of somebody with work (0)
// alarms     share of people of whom the rule tells drift: a false alarm in drift_stationary, found
//            in the others; relative20: of whom the rule of a fifth does
#include <benchmark/benchmark.h>

#include "patterns/drift_simulation.hpp"

namespace {

using test::Change;

void run(benchmark::State& state, Change change, int people = 200) {
  test::Habits habits;
  habits.sessions = static_cast<double>(state.range(0));
  habits.rhythm = static_cast<test::Rhythm>(state.range(1));
  habits.is_broad = state.range(3) == 1;
  for (auto _ : state) {
    const test::DriftRuns runs =
        test::look_at_listeners(habits, change, static_cast<int>(state.range(2)), people, 799, 99);
    state.counters["alarms"] = runs.share();
    state.counters["relative20"] = runs.relative_share();
  }
}

void drift_stationary(benchmark::State& state) {
  run(state, Change::kNone, 1000);
}
void drift_later(benchmark::State& state) {
  run(state, Change::kLater);
}
void drift_holiday(benchmark::State& state) {
  run(state, Change::kHoliday);
}
void drift_new_genre(benchmark::State& state) {
  run(state, Change::kNewGenre);
}

BENCHMARK(drift_stationary)
    ->ArgsProduct({{1, 3, 8}, {0, 1, 2, 3}, {30, 182}, {0}})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK(drift_later)
    ->ArgsProduct({{1, 3, 8}, {0, 2}, {30, 182}, {0, 1}})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK(drift_holiday)
    ->ArgsProduct({{1, 3, 8}, {0, 2}, {30, 182}, {0}})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK(drift_new_genre)
    ->ArgsProduct({{1, 3, 8}, {0, 2}, {30, 182}, {0}})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

}  // namespace
