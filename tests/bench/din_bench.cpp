// The Deep Interest Network: candidates scored and samples learned from a second, 32 numbers to an
// embedding and 50 tracks of history, against the rate of matrix products in the same run.
//
// din_score          one thread, all candidates against one history; Dice and PReLU
// din_train_grouped  a played track and 4 drawn ones to a history, on 1 and 2 threads
// din_train_pairs    a played track and a drawn one to a history
//
// product_gflops is the rate of one thread's layer of the attention's shape, (50 x 32) (32 x 32)
// and a PReLU, again and again in the cache. flops_share is the network's products a second over
// it, for every thread; training counts three products for each forward.
#include "playlist/random.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../models/din_numbers.hpp"
#include "../models/din_reference.hpp"
#include "kernels/din_training.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kHistory = 50, kCandidates = 20'000, kTracks = 50'000, kArtists = 5'000;
const model::DinShape kShape{};

model::DinCatalogue catalogue() {
  model::DinCatalogue made{std::vector<std::int32_t>(kTracks),
                           std::vector<std::uint8_t>(kTracks, 1)};
  for (std::size_t k = 0; k < kTracks; ++k)
    made.artist[k] = static_cast<std::int32_t>(k) % kArtists;
  return made;
}

/// Multiplications and additions of one sample forward, in products only.
double flops_of(const model::DinShape& s) {
  return 2.0 * (kHistory * s.dim * s.attention + kHistory * s.dim + 3 * s.dim * s.first +
                s.first * s.second);
}

/// By a layer as wide as the attention: the same kernel without what makes it an attention.
double product_rate() {
  std::vector<float> x(kHistory * 32, 0.5f), weights(32 * 32, 0.01f), zero(32, 0.0f),
      sums(kHistory * 32), gates(kHistory * 32), y(kHistory * 32);
  const std::vector<float> alpha(32, 0.25f);
  const model::DinSteps& steps = model::din_steps();
  const model::DinLayer layer{
      32, {32, alpha.data(), nullptr, nullptr}, weights.data(), weights.data(), zero.data()};
  constexpr int kRepeats = 20'000;
  double best = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < 3; ++turn) {
    const auto start = Clock::now();
    for (int k = 0; k < kRepeats; ++k) {
      steps.layer(layer, x.data(), kHistory, sums.data(), gates.data(), y.data());
      benchmark::DoNotOptimize(y.data());
    }
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return 2.0 * kHistory * 32 * 32 * kRepeats / best;
}

/// What a candidate and a history of the catalogue are to the kernel.
struct Candidates {
  model::DinWeights weights;
  model::DinCatalogue tracks = catalogue();
  std::vector<std::int32_t> history, items;
  std::vector<float> history_rows, rows, gates;

  explicit Candidates(const model::DinShape& shape)
      : weights(test::busy_din(shape, kTracks, kArtists)),
        history_rows(kHistory * static_cast<std::size_t>(shape.dim)),
        rows(kCandidates * static_cast<std::size_t>(shape.dim)) {
    const model::DinNetwork network(weights, tracks);
    playlist::Random random(1);
    const auto draw = [&](std::vector<std::int32_t>& to, std::vector<float>& into, int count) {
      for (int k = 0; k < count; ++k) {
        to.push_back(static_cast<std::int32_t>(random.below(kTracks)));
        network.embed(to.back(), into.data() + k * shape.dim);
      }
    };
    draw(history, history_rows, kHistory);
    draw(items, rows, kCandidates);
  }
};

void din_score(benchmark::State& state) {
  model::DinShape shape = kShape;
  shape.is_dice = state.range(0) != 0;
  Candidates all(shape);
  const ranking::DinNumbers numbers = test::din_numbers(all.weights, all.gates);
  ranking::DinScratch scratch;
  std::vector<float> logits(kCandidates);
  const auto score = [&] {
    ranking::din_scores(numbers, all.history_rows.data(), kHistory, all.rows.data(), kCandidates,
                        scratch, logits.data());
  };
  score();
  const test::DinReference reference(all.weights, all.tracks);
  for (std::size_t k = 0; k < kCandidates; k += 1999) {
    const double expected = reference.logit(all.history, all.items[k]);
    if (!(std::abs(logits[k] - expected) <= 1e-3 * (1 + std::abs(expected))))
      return state.SkipWithError("the scores are not those of the plain reference");
  }
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state) {
    const auto start = Clock::now();
    score();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  const double rate = product_rate();
  state.counters["candidates_per_s"] = kCandidates / best;
  state.counters["product_gflops"] = rate / 1e9;
  state.counters["flops_share"] = kCandidates * flops_of(shape) / best / rate;
}

/// 100 users who play 300 tracks each of 50 000, drawn towards the popular ones.
model::DinListens listens() {
  model::DinListens made;
  made.tracks = kTracks;
  playlist::Random random(2);
  for (int user = 0; user < 100; ++user) {
    for (int k = 0; k < 300; ++k) {
      const double at = random.real();
      made.track.push_back(static_cast<std::int32_t>(at * at * kTracks));
      made.ts.push_back(1000 * k + user);
      made.heard.push_back(random.chance(0.8) ? model::DinListens::kPlayed
                                              : model::DinListens::kSkipped);
    }
    made.users.push_back(static_cast<std::int64_t>(made.track.size()));
  }
  return made;
}

/// Epochs with and without one more, so that what comes before the first does not count.
void din_train(benchmark::State& state, int negatives) {
  static const model::DinListens all = listens();
  model::DinOptions options;
  options.threads = static_cast<int>(state.range(0));
  options.min_history = kHistory;
  options.negatives = negatives;
  options.validation_share = 0;
  const auto seconds = [&](int epochs, std::int64_t& samples) {
    options.epochs = epochs;
    const auto start = Clock::now();
    const auto model = model::train_din(all, catalogue().artist, kArtists, options);
    samples = model->samples;
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  double best = std::numeric_limits<double>::infinity();
  std::int64_t once = 0, twice = 0;
  for (auto _ : state) {
    const double one = seconds(1, once);
    best = std::min(best, seconds(2, twice) - one);
  }
  const double rate = product_rate();
  const auto samples = static_cast<double>(twice - once);
  state.counters["samples_per_s"] = samples / best;
  state.counters["product_gflops"] = rate / 1e9;
  state.counters["flops_share"] = samples * 3 * flops_of(kShape) / best / rate / options.threads;
}

void din_train_grouped(benchmark::State& state) {
  din_train(state, 4);
}
/// One drawn track each: a history serves two samples.
void din_train_pairs(benchmark::State& state) {
  din_train(state, 1);
}

BENCHMARK(din_score)->ArgName("dice")->Arg(1)->Arg(0)->Unit(benchmark::kMillisecond);
BENCHMARK(din_train_grouped)
    ->Arg(1)
    ->Arg(2)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(din_train_pairs)
    ->Arg(1)
    ->Arg(2)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
