// Conditional logit of a million choice sets of 50 alternatives with 8 features each: weights,
// errors and errors robust to sessions of ten sets.
//
// choice/fit   processor_s: seconds of processors, all threads together; ratio of those to what one
//              pass of plain loops over the same rows takes, that adds up the gradient only, in the
//              same run; ms_per_look: of those, for each look at all sets
#include "playlist/random.hpp"

#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "kernels/conditional_logit.hpp"
#include "processor_time.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSets = 1'000'000, kAlternatives = 50, kFeatures = 8;
constexpr double kTrue[kFeatures] = {1, -1, 0.5, -0.5, 0.3, -0.3, 0.1, 0};

struct Made {
  std::vector<float> rows;
  std::vector<std::int64_t> begin;
  std::vector<std::int32_t> chosen, session;

  Made()
      : rows(kSets * kAlternatives * kFeatures), begin(kSets + 1), chosen(kSets), session(kSets) {
    std::uint64_t state = 5;
    const auto uniform = [&] {
      return (static_cast<double>(playlist::splitmix64(state) >> 11) + 0.5) * 0x1p-53;
    };
    for (std::size_t set = 0, at = 0; set < kSets; ++set) {
      double most = -1e300;
      for (std::size_t a = 0; a < kAlternatives; ++a) {
        double utility = -std::log(-std::log(uniform()));
        for (const double weight : kTrue) {
          rows[at] = static_cast<float>(2 * uniform() - 1);
          utility += weight * rows[at++];
        }
        if (utility > most) chosen[set] = static_cast<std::int32_t>(a);
        most = std::max(most, utility);
      }
      begin[set + 1] = static_cast<std::int64_t>((set + 1) * kAlternatives);
      session[set] = static_cast<std::int32_t>(set / 10);
    }
  }
};

void gradient_by_plain_loops(const Made& made, double* gradient) {
  for (std::size_t set = 0; set < kSets; ++set) {
    const float* rows = made.rows.data() + set * kAlternatives * kFeatures;
    double chance[kAlternatives], sum = 0;
    for (std::size_t a = 0; a < kAlternatives; ++a) {
      double utility = 0;
      for (std::size_t k = 0; k < kFeatures; ++k) utility += kTrue[k] * rows[a * kFeatures + k];
      sum += chance[a] = std::exp(utility);
    }
    for (std::size_t a = 0; a < kAlternatives; ++a)
      for (std::size_t k = 0; k < kFeatures; ++k)
        gradient[k] += (static_cast<double>(a == static_cast<std::size_t>(made.chosen[set])) -
                        chance[a] / sum) *
                       rows[a * kFeatures + k];
  }
}

void choice_fit(benchmark::State& state) {
  static const Made made;
  double reference = 0, spent = 0;
  int looks = 0;
  for (auto _ : state) {
    double processor_start = bench::processor_seconds();
    double gradient[kFeatures] = {};
    gradient_by_plain_loops(made, gradient);
    benchmark::DoNotOptimize(gradient[0]);
    reference += bench::processor_seconds() - processor_start;

    model::LogitOptions options;
    options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const auto start = Clock::now();
    processor_start = bench::processor_seconds();
    const auto fit = model::fit_conditional_logit(
        {kFeatures, made.rows, made.begin, made.chosen, {}, made.session}, options);
    spent += bench::processor_seconds() - processor_start;
    state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
    looks += fit->steps + 2;
    if (!fit->has_converged || std::abs(fit->weights[0] - 1) > 4 * fit->error(0))
      state.SkipWithError("the weights are not those that the sets were made of");
  }
  state.counters["processor_s"] = spent / static_cast<double>(state.iterations());
  state.counters["ratio"] = spent / reference;
  state.counters["ms_per_look"] = 1000 * spent / looks;
}
BENCHMARK(choice_fit)
    ->Name("choice/fit")
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
