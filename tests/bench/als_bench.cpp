// Implicit ALS: one iteration, all users and then all tracks, 64 factors, on the 10.7 M
// interactions of synthetic_plays.hpp.
//
// Gate first: the users' factors of one half iteration are, for every 4,000th user, those of the
// same equations written out in double precision and solved plainly (for cg: after as many plain
// steps); a difference ends the benchmark with an error.
//
// als_cg/T, als_cholesky/T  on T threads. Yardsticks of the same run: product_gflops, what the
//   search kernel's matrix product does in the cache on T threads, and gather_s, copying the
//   factors of every interaction once, both ways. floor_s is their sum for the arithmetic that is
//   needed, 64 * 65 operations an interaction for one triangle of y y' (exact) or 4 * 64 a product
//   of conjugate gradients; floor_ratio is the time to that.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include "kernels/als.hpp"
#include "shared/exact_search.hpp"
#include "synthetic_plays.hpp"

namespace {

using model::Als;
using model::AlsOptions;
using model::SparseMatrix;
using Solver = AlsOptions::Solver;

constexpr std::int32_t kFactors = 64, kCgSteps = 3;

const SparseMatrix& plays() {
  static const SparseMatrix made = bench::synthetic_plays();
  return made;
}

AlsOptions options_of(Solver solver, int threads) {
  AlsOptions options;
  options.factors = kFactors;
  options.solver = solver;
  options.cg_steps = kCgSteps;
  options.threads = threads;
  return options;
}

// ---- the plain reference ----

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// One user's equations, a x = b, and their solution.
struct Equations {
  std::vector<Vector> a;
  Vector b;

  [[nodiscard]] Vector times(const Vector& x) const {
    Vector result;
    for (const Vector& row : a) result.push_back(dot(row, x));
    return result;
  }
  /// From 0.
  [[nodiscard]] Vector by_conjugate_gradients(int steps) const {
    Vector x(b.size()), residual = b, direction = b;
    for (int step = 0; step < steps && dot(residual, residual) > 1e-24 * dot(b, b); ++step) {
      const Vector product = times(direction);
      const double error = dot(residual, residual), length = error / dot(direction, product);
      for (std::size_t k = 0; k < x.size(); ++k) {
        x[k] += length * direction[k];
        residual[k] -= length * product[k];
      }
      const double share = dot(residual, residual) / error;
      for (std::size_t k = 0; k < x.size(); ++k) direction[k] = residual[k] + share * direction[k];
    }
    return x;
  }
};

class Reference {
 public:
  Reference(const std::vector<float>& tracks, const AlsOptions& options)
      : tracks_(tracks), options_(options), gram_(kFactors, Vector(kFactors)) {
    for (std::size_t row = 0; row < tracks.size(); row += kFactors) add(gram_, row, 1);
  }

  [[nodiscard]] Equations of(std::int32_t user) const {
    Equations equations{gram_, Vector(kFactors)};
    double weights = 0;
    for (Vector& row : equations.a)
      for (double& value : row) value *= options_.unobserved_weight;
    for (std::size_t k = 0; k < plays().row(user).size(); ++k) {
      const auto row = static_cast<std::size_t>(plays().row(user)[k]) * kFactors;
      const double weight = plays().row_values(user)[k];
      add(equations.a, row, weight);
      for (std::size_t f = 0; f < kFactors; ++f) equations.b[f] += weight * tracks_[row + f];
      weights += weight;
    }
    const double ridge =
        options_.regularization * std::pow(weights + options_.unobserved_weight * plays().columns,
                                           options_.frequency_scaling);
    for (std::size_t f = 0; f < kFactors; ++f) equations.a[f][f] += ridge;
    return equations;
  }

 private:
  void add(std::vector<Vector>& to, std::size_t row, double weight) const {
    for (std::size_t i = 0; i < kFactors; ++i)
      for (std::size_t j = 0; j < kFactors; ++j)
        to[i][j] += weight * tracks_[row + i] * tracks_[row + j];
  }

  const std::vector<float>& tracks_;
  AlsOptions options_;
  std::vector<Vector> gram_;
};

bool passes_gate(Solver solver) {
  const AlsOptions options = options_of(solver, 2);
  Als als(plays(), options);
  const std::vector<float> tracks = als.track_factors();
  als.solve_users();
  const std::vector<float> users = als.user_factors();
  const Reference reference(tracks, options);
  for (std::int32_t user = 0; user < plays().rows(); user += 4'000) {
    // Without rounding, conjugate gradients are exact after as many steps as there are factors.
    const Equations equations = reference.of(user);
    const int steps = solver == Solver::kCg ? kCgSteps : 4 * kFactors;
    Vector x = equations.by_conjugate_gradients(steps);
    const double length = std::sqrt(dot(x, x));
    for (std::size_t f = 0; f < kFactors; ++f)
      x[f] -= users[static_cast<std::size_t>(user) * kFactors + f];
    if (!(std::sqrt(dot(x, x)) <= 1e-3 * length)) return false;
  }
  return true;
}

// ---- the yardsticks ----

template <typename Work>
double seconds_on(int threads, const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back([&, t] { work(t); });
    work(0);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Operations a second of the search kernel where everything stays in the cache.
double product_rate(int threads) {
  constexpr std::size_t kRows = 8'192, kQueries = 1'024;
  const std::vector<float> rows(kRows * kFactors, 0.5f), queries(kQueries * kFactors, 0.25f);
  double best = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < 5; ++repeat) {
    best = std::min(best, seconds_on(threads, [&](int) {
                      benchmark::DoNotOptimize(
                          shared::top_rows_of_each({rows.data(), kRows, kFactors}, queries, 1));
                    }));
  }
  return threads * 2.0 * kRows * kQueries * kFactors / best;
}

/// Copies the factors of every interaction into a buffer that stays in the cache.
double gather_seconds(int threads) {
  static const SparseMatrix transposed = model::transposed(plays());
  const std::vector<float> factors(static_cast<std::size_t>(plays().columns) * kFactors, 1.0f);
  const auto copy = [&](const SparseMatrix& matrix, int thread) {
    std::vector<float> buffer(64 * kFactors);
    const auto entries = static_cast<std::size_t>(matrix.entries());
    const std::size_t begin = entries * static_cast<std::size_t>(thread) / threads;
    const std::size_t end = entries * static_cast<std::size_t>(thread + 1) / threads;
    for (std::size_t k = begin; k < end; ++k) {
      if (k + 12 < end) {
        const auto later = static_cast<std::size_t>(matrix.indices[k + 12]) * kFactors;
        for (std::size_t f = 0; f < kFactors; f += 16) __builtin_prefetch(&factors[later + f]);
      }
      std::memcpy(&buffer[k % 64 * kFactors],
                  &factors[static_cast<std::size_t>(matrix.indices[k]) * kFactors],
                  kFactors * sizeof(float));
    }
    benchmark::DoNotOptimize(buffer.data());
  };
  return seconds_on(threads, [&](int thread) {
    copy(plays(), thread);
    copy(transposed, thread);
  });
}

void iterate(benchmark::State& state, Solver solver) {
  if (!passes_gate(solver))
    return state.SkipWithError("the factors are not those of the plain reference");
  const auto threads = static_cast<int>(state.range(0));
  Als als(plays(), options_of(solver, threads));
  als.iterate();
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state) best = std::min(best, seconds_on(1, [&](int) { als.iterate(); }));

  const double product = product_rate(threads), gather = gather_seconds(threads);
  const double operations =
      solver == Solver::kCholesky ? kFactors * (kFactors + 1.0) : 4.0 * kFactors * (kCgSteps + 1);
  const double floor = gather + 2 * static_cast<double>(plays().entries()) * operations / product;
  state.counters["interactions"] = static_cast<double>(plays().entries());
  state.counters["best_s"] = best;
  state.counters["product_gflops"] = product / 1e9;
  state.counters["gather_s"] = gather;
  state.counters["floor_s"] = floor;
  state.counters["floor_ratio"] = best / floor;
}

void als_cg(benchmark::State& state) {
  iterate(state, Solver::kCg);
}
void als_cholesky(benchmark::State& state) {
  iterate(state, Solver::kCholesky);
}

BENCHMARK(als_cg)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(als_cholesky)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
