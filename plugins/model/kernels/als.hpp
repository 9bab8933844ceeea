// Implicit alternating least squares: factors of users and tracks whose products tell who plays
// what.
//
// Minimises, over the user factors x and the track factors y,
//
//   sum over interactions of w (1 - x y)^2  +  unobserved_weight * sum over all pairs of (x y)^2
//     + sum over users of ridge(n_u, tracks) |x|^2 + sum over tracks of ridge(n_i, users) |y|^2
//
//   ridge(n, others) = regularization * (n + unobserved_weight * others)^frequency_scaling
//
// where n is the sum of a user's (a track's) weights. All users are solved for with the tracks
// fixed, then all tracks; each is a linear system of `factors` unknowns, of which the part that is
// the same for all, the Gram matrix, is computed once.
//
// Papers  Hu, Koren, Volinsky: Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008,
//         section 4 (their alpha is 1 / unobserved_weight);
//         Rendle, Krichene, Zhang, Koren: Revisiting the Performance of iALS on Item Recommendation
//         Benchmarks, RecSys 2022, equations 1 to 3 (lambda, alpha_0, nu);
//         Takacs, Pilaszy, Tikk: Applications of the Conjugate Gradient Method for Implicit
//         Feedback Collaborative Filtering, RecSys 2011
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "interactions.hpp"
#include "shared_steps.hpp"

namespace model {

struct AlsOptions {
  enum class Solver { kCg, kCholesky };
  std::int32_t factors = 64;        // 1 .. 1024
  Solver solver = Solver::kCg;      // kCholesky solves each system exactly
  std::int32_t cg_steps = 3;        // 1 ..; kCg, from the factors of the iteration before
  double regularization = 0.003;    // > 0
  double unobserved_weight = 0.01;  // > 0
  double frequency_scaling = 1;     // 0 .. 1; 0: the same ridge for all
  std::uint64_t random_seed = 1;    // of the track factors that the first iteration starts from
  int threads = 1;                  // >= 1; not a bit of the result depends on it
  /// Called now and then from the calling thread with the share of an iteration, 0 .. 1; false
  /// stops the work.
  std::function<bool(double)> proceed;
  /// Where several processes share the work: each half of an iteration is a step, "NAME-users-K" and "NAME-items-K".
  SharedSteps* shared = nullptr;
  std::string name = "als";
};

/// Floats that begin at a cache line.
template <class T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <class U>
  explicit LineAllocator(const LineAllocator<U>&) {}
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* memory, std::size_t) { ::operator delete (memory, std::align_val_t{64}); }
  bool operator==(const LineAllocator&) const { return true; }
};
using LineFloats = std::vector<float, LineAllocator<float>>;

class Als {
 public:
  /// `users` is users x tracks, weights finite and > 0; kept by reference.
  /// Memory  4 bytes * width * (users + tracks), width being factors rounded up to 16; 8 bytes an
  ///         interaction; per thread 4 * width^2 bytes and 256 KiB .. 1 MiB
  Als(const SparseMatrix& users, const AlsOptions& options);

  /// Solves for all users, then for all tracks. False once `proceed` said stop; the factors are
  /// then half those of the iteration before.
  bool iterate();
  /// Solves for all users alone: their factors for the tracks' as they are.
  bool solve_users() { return solve_half(users_, user_factors_, track_factors_, 0, 1); }
  /// Goes on behind the last of `most` iterations that are whole there, where that is further than here.
  /// Returns how many are done.
  std::int32_t take_up(std::int32_t most);

  /// What is minimised. Time: one product per interaction.
  [[nodiscard]] double objective() const;

  [[nodiscard]] std::vector<float> user_factors() const { return rows_of(user_factors_); }
  /// Row-major, tracks x factors.
  [[nodiscard]] std::vector<float> track_factors() const { return rows_of(track_factors_); }
  /// Sum over tracks of y y', factors x factors.
  [[nodiscard]] std::vector<float> track_gram() const;

 private:
  bool solve_half(const SparseMatrix& rows, LineFloats& wanted, const LineFloats& given,
                  double begin, double end) const;
  bool share_rows(const std::string& step, LineFloats& wanted,
                  const std::function<void(const PartRows&)>& solve) const;
  bool take_whole(const std::string& step, LineFloats& factors, std::size_t size) const;
  void forget(std::int32_t iteration) const;
  [[nodiscard]] std::string step(const char* half, std::int32_t iteration) const {
    return options_.name + "-" + half + "-" + std::to_string(iteration);
  }
  [[nodiscard]] std::int64_t rows_in(std::size_t floats) const {
    return static_cast<std::int64_t>(floats) / width_;
  }
  [[nodiscard]] std::vector<double> gram(const LineFloats& factors) const;
  [[nodiscard]] std::vector<float> ridges(const SparseMatrix& rows) const;
  [[nodiscard]] std::vector<float> rows_of(const LineFloats& factors) const;

  AlsOptions options_;
  std::int32_t width_;
  const SparseMatrix& users_;
  SparseMatrix tracks_;
  LineFloats user_factors_, track_factors_;
  std::int32_t iteration_ = 0;  // how many are done
};

}  // namespace model
