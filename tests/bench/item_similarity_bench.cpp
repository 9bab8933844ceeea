// Item similarity: the 20 nearest of each of 100 k items by cosine, from 10.7 M interactions.
//
// Data   100 k users with log-normal numbers of interactions; items by a power law of exponent 0.8,
//        half from the charts and half from one of 50 tastes, each with an order of its own; the
//        weight of an interaction is how often it came up plus a Poisson number of mean 3
// Gate   on 2,000 x 2,000 of the same kind, each of 100 items has the neighbours that plain sums
//        in double give; a difference ends the benchmark with an error
//
// item_similarity/T  T threads. gather_ratio: its time to that of as many additions as there are
//                    pairs of a user's items (half the sum of n_u^2), taken one behind the other
//                    out of memory and added to places of a row of 100 k floats, on T threads
#include "playlist/random.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include "kernels/item_similarity.hpp"

namespace {

using model::SparseMatrix;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Numbers in the distributions named above, from one seed.
class Numbers {
 public:
  explicit Numbers(std::uint64_t random_seed) : state_(random_seed) {}
  std::uint64_t below(std::uint64_t limit) { return playlist::splitmix64(state_) % limit; }
  double uniform() {
    return (static_cast<double>(playlist::splitmix64(state_) >> 11) + 0.5) * 0x1p-53;
  }
  double normal() {
    return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::acos(-1.0) * uniform());
  }
  int poisson(double mean) {
    int count = 0;
    for (double left = uniform(); left > std::exp(-mean); left *= uniform()) ++count;
    return count;
  }
  std::vector<std::int32_t> permutation(std::size_t size) {
    std::vector<std::int32_t> made(size);
    std::iota(made.begin(), made.end(), 0);
    for (std::size_t k = size; k > 1; --k) std::swap(made[k - 1], made[below(k)]);
    return made;
  }

 private:
  std::uint64_t state_;
};

/// The cumulated chances of the ranks 0 ..
std::vector<double> power_law(std::size_t items) {
  std::vector<double> chances;
  double sum = 0;
  for (std::size_t rank = 1; rank <= items; ++rank)
    chances.push_back(sum += std::pow(static_cast<double>(rank), -0.8));
  for (double& chance : chances) chance /= sum;
  return chances;
}

SparseMatrix interactions(std::size_t users, std::size_t items, double entries) {
  constexpr std::size_t kTastes = 50;
  Numbers numbers(7);
  std::vector<double> counts(users);
  for (double& count : counts) count = std::exp(numbers.normal());
  const double scale = entries * 1.12 / std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<std::vector<std::int32_t>> tastes;
  for (std::size_t k = 0; k < kTastes; ++k) tastes.push_back(numbers.permutation(items));
  const std::vector<double> chances = power_law(items);
  SparseMatrix made;
  made.columns = static_cast<std::int32_t>(items);
  for (std::size_t user = 0; user < users; ++user) {
    std::vector<std::int32_t> played(
        std::max<std::size_t>(1, static_cast<std::size_t>(counts[user] * scale)));
    for (std::int32_t& item : played) {
      const auto found = std::lower_bound(chances.begin(), chances.end(), numbers.uniform());
      const auto rank = static_cast<std::size_t>(found - chances.begin());
      item = tastes[numbers.below(2) * (user * 7919 % kTastes)][std::min(rank, items - 1)];
    }
    std::sort(played.begin(), played.end());
    for (auto at = played.begin(); at != played.end();) {
      const auto next = std::upper_bound(at, played.end(), *at);
      made.indices.push_back(*at);
      made.values.push_back(static_cast<float>(next - at + numbers.poisson(3)));
      at = next;
    }
    made.offsets.push_back(static_cast<std::int64_t>(made.indices.size()));
  }
  return made;
}

model::SimilarityOptions options(int threads) {
  model::SimilarityOptions made;
  made.neighbours = 20;
  made.threads = threads;
  return made;
}

/// The cosines of one item to all, by plain sums.
std::vector<double> cosines(const SparseMatrix& users, std::int32_t item) {
  std::vector<double> sums(static_cast<std::size_t>(users.columns)), squares(sums.size());
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto items = users.row(user);
    const auto values = users.row_values(user);
    const auto found = std::lower_bound(items.begin(), items.end(), item);
    const bool has_item = found != items.end() && *found == item;
    const double own = has_item ? values[static_cast<std::size_t>(found - items.begin())] : 0;
    for (std::size_t k = 0; k < items.size(); ++k) {
      sums[static_cast<std::size_t>(items[k])] += own * values[k];
      squares[static_cast<std::size_t>(items[k])] += static_cast<double>(values[k]) * values[k];
    }
  }
  const auto at = static_cast<std::size_t>(item);
  for (std::size_t j = 0; j < sums.size(); ++j)
    sums[j] = j == at || sums[j] == 0 ? 0 : sums[j] / std::sqrt(squares[at] * squares[j]);
  return sums;
}

bool passes_gate() {
  static const bool passed = [] {
    const SparseMatrix users = interactions(2'000, 2'000, 100'000);
    const SparseMatrix found = model::similar_items(users, options(2));
    for (std::int32_t item = 0; item < users.columns; item += 20) {
      const std::vector<double> expected = cosines(users, item);
      std::vector<double> best = expected;
      std::sort(best.begin(), best.end(), std::greater<>());
      const auto neighbours = found.row(item);
      const auto values = found.row_values(item);
      for (std::size_t k = 0; k < neighbours.size(); ++k) {
        const double of_pair = expected[static_cast<std::size_t>(neighbours[k])];
        if (std::abs(values[k] - of_pair) > 1e-5 || std::abs(values[k] - best[k]) > 1e-5)
          return false;
      }
      if (neighbours.size() < 20 && best[neighbours.size()] > 0) return false;
    }
    return true;
  }();
  return passed;
}

/// Seconds for `additions` of the kind named above.
double gather_seconds(const SparseMatrix& users, double additions, int threads) {
  const auto add_all = [&] {
    std::vector<float> sums(static_cast<std::size_t>(users.columns));
    for (std::size_t k = 0; k < users.indices.size(); ++k)
      sums[static_cast<std::size_t>(users.indices[k])] += 0.5f * users.values[k];
    benchmark::DoNotOptimize(sums.data());
  };
  double fastest = 1e9;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const Clock::time_point start = Clock::now();
    {
      std::vector<std::jthread> others;
      for (int thread = 1; thread < threads; ++thread) others.emplace_back(add_all);
      add_all();
    }
    fastest = std::min(fastest, seconds_since(start));
  }
  return fastest * additions / (static_cast<double>(users.entries()) * threads);
}

void item_similarity(benchmark::State& state) {
  if (!passes_gate()) return state.SkipWithError("the similarities are not those of plain sums");
  static const SparseMatrix users = interactions(100'000, 100'000, 1e7);
  double pairs = 0;
  for (std::int32_t user = 0; user < users.rows(); ++user)
    pairs += std::pow(static_cast<double>(users.row(user).size()), 2) / 2;
  const int threads = static_cast<int>(state.range(0));
  const double gather = gather_seconds(users, pairs, threads);
  double fastest = 1e9;
  for (auto _ : state) {
    const Clock::time_point start = Clock::now();
    benchmark::DoNotOptimize(model::similar_items(users, options(threads)).entries());
    fastest = std::min(fastest, seconds_since(start));
  }
  state.counters["interactions"] = static_cast<double>(users.entries());
  state.counters["gather_s"] = gather;
  state.counters["gather_ratio"] = fastest / gather;
}

BENCHMARK(item_similarity)->Arg(1)->Arg(2)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(2);

}  // namespace
