// Columns of (X^T X + ridge I)^-1 for a sparse X, without the matrix: what model.ease takes where
// users have few of many tracks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "huge_pages.hpp"
#include "interactions.hpp"
#include "shared_steps.hpp"

namespace model {

struct GramInverseOptions {
  double ridge = 300;  // > 0
  /// The largest error left of a column is about this share of its diagonal entry.
  double tolerance = 1e-3;
  std::int32_t most_steps = 500;  // what is reached by then has to do
  int threads = 1;                // >= 1; not a bit of the result depends on it
};

/// Solves for a block of kBlock columns at a time by conjugate gradients, preconditioned by the
/// diagonal (Hestenes, Stiefel: Methods of Conjugate Gradients for Solving Linear Systems, 1952;
/// Saad: Iterative Methods for Sparse Linear Systems, section 9.2). A step takes two products with
/// X, so all columns take steps * 2 * entries * columns operations, against columns^3 of the
/// inverse as a whole.
class GramInverse {
 public:
  static constexpr std::int32_t kBlock = 16;

  /// `users` is copied, with its columns in order of popularity: what is gathered most lies
  /// together, and a block's columns are alike in the steps they need.
  /// Memory  16 bytes an entry; per thread 64 bytes * (4 * columns + users), and 64 bytes * columns
  ///         for what is handed out
  GramInverse(const SparseMatrix& users, const GramInverseOptions& options);

  /// Column `column` of the inverse; on any thread, each column once.
  using Take = std::function<void(std::int32_t column, std::span<const float> values)>;
  /// False once `proceed` said stop.
  bool run(const Take& take, const std::function<bool(double)>& proceed = {}) const;
  /// The same of the columns of one part of several, which columns_of() tells. Throws PartStopped.
  void run_part(std::int64_t part, std::int64_t parts, const Take& take,
                const std::function<bool(double)>& proceed) const;
  [[nodiscard]] std::vector<std::int32_t> columns_of(std::int64_t part, std::int64_t parts) const;

  /// That of X^T X + ridge I, in the order of the columns of X.
  [[nodiscard]] std::span<const float> diagonal() const { return diagonal_; }

  /// About what run() takes, in multiplications of a dense product of the same time: the blocks of
  /// the most, the middle and the least popular columns are solved to count their steps.
  [[nodiscard]] double operations() const;

 private:
  [[nodiscard]] PartRows part_rows(std::int64_t part, std::int64_t parts) const {
    return {users_.columns, part, parts, kBlock};
  }
  [[nodiscard]] std::vector<std::int32_t> by_rank() const;
  [[nodiscard]] std::int32_t blocks() const { return (users_.columns + kBlock - 1) / kBlock; }
  std::int32_t solve(std::int32_t block, HugePageVector<float>& x,
                     HugePageVector<float>& scratch) const;

  GramInverseOptions options_;
  std::vector<std::int32_t> rank_;  // of a column of X: its place in what follows
  SparseMatrix users_, tracks_;
  std::vector<float> diagonal_, ranked_diagonal_;
};

}  // namespace model
