#include "truncated_svd.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "dense_products.hpp"
#include "parallel.hpp"

namespace model {
namespace {

constexpr std::int64_t kRows = 512;  // of a block; a Gram matrix is summed block by block in order
constexpr std::int64_t kSumRows = 8'192;
/// A column of which less than this share is left beside the columns before it has no direction
/// of its own.
constexpr double kDependent = 1e-6;

using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A dense matrix of `columns` columns, row-major.
struct Dense {
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values;

  Dense(std::int64_t r, std::int64_t c)
      : rows(r), columns(c), values(static_cast<std::size_t>(r * c)) {}
  [[nodiscard]] float* row(std::int64_t r) { return values.data() + r * columns; }
  [[nodiscard]] const float* row(std::int64_t r) const { return values.data() + r * columns; }
};

/// Normally distributed numbers, the same everywhere (splitmix64 and Box-Muller).
void fill_gaussian(Dense& dense) {
  std::uint64_t state = 0x5bd1e995u;
  const auto uniform = [&state] {
    return (static_cast<double>(playlist::splitmix64(state) >> 11) + 0.5) * 0x1p-53;
  };
  for (float& value : dense.values) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    value = static_cast<float>(radius * std::cos(2 * std::numbers::pi * uniform()));
  }
}

class Iteration {
 public:
  Iteration(const SparseMatrix& matrix, const SvdOptions& options, std::int64_t width)
      : matrix_(matrix),
        columns_(transposed(matrix)),
        options_(options),
        steps_(2 * options.iterations + 2),
        of_columns_(matrix.columns, width),
        of_rows_(matrix.rows(), width),
        spare_(matrix.columns, width) {}

  TruncatedSvd run() {
    fill_gaussian(of_columns_);
    if (!orthonormalise()) return {};
    for (std::int32_t k = 0; k < options_.iterations; ++k) {
      if (!multiply(matrix_, of_columns_, of_rows_) || !multiply(columns_, of_rows_, of_columns_) ||
          !orthonormalise())
        return {};
    }
    if (!multiply(matrix_, of_columns_, of_rows_)) return {};
    return rayleigh_ritz();
  }

 private:
  /// Shares the work out and counts one step as done.
  bool in_blocks(std::int64_t count, std::int64_t block,
                 const std::function<void(std::int64_t, std::int64_t)>& work) {
    const double step = step_;
    const auto proceed = [&](double share) {
      return !options_.proceed || options_.proceed(std::min(1.0, (step + share) / steps_));
    };
    return for_blocks(
        options_.threads, count, block,
        [&](int, std::int64_t begin, std::int64_t end) { work(begin, end); }, proceed);
  }

  /// out = sparse * dense, row by row.
  bool multiply(const SparseMatrix& sparse, const Dense& dense, Dense& out) {
    const bool is_whole =
        in_blocks(sparse.rows(), kRows, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t r = begin; r < end; ++r) {
            const auto at = static_cast<std::int32_t>(r);
            const auto indices = sparse.row(at);
            dense_products().weighted_rows(dense.values.data(), dense.columns, indices.data(),
                                           sparse.row_values(at).data(),
                                           static_cast<std::int64_t>(indices.size()), out.row(r));
          }
        });
    step_ += 1;
    return is_whole;
  }

  /// dense^T dense; parts of fixed size are added up in order, in double.
  bool gram(const Dense& dense, Square& sum) {
    const std::int64_t width = dense.columns;
    const std::int64_t parts = (dense.rows + kSumRows - 1) / kSumRows;
    std::vector<std::vector<float>> part(static_cast<std::size_t>(parts));
    const bool is_whole = in_blocks(parts, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p) {
        auto& mine = part[static_cast<std::size_t>(p)];
        mine.resize(static_cast<std::size_t>(width * width));
        const std::int64_t first = p * kSumRows;
        dense_products().add_gram(dense.row(first), std::min(kSumRows, dense.rows - first), width,
                                  mine.data());
      }
    });
    sum = Square::Zero(width, width);
    for (const auto& mine : part) {
      if (mine.empty()) return false;
      sum +=
          Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
              mine.data(), width, width)
              .cast<double>();
    }
    return is_whole;
  }

  /// of_columns_ = of_columns_ * factor (width x kept, as float).
  bool transform(const std::vector<float>& factor, std::int64_t kept) {
    spare_.columns = kept;
    spare_.values.resize(static_cast<std::size_t>(spare_.rows * kept));
    const bool is_whole =
        in_blocks(of_columns_.rows, kRows, [&](std::int64_t begin, std::int64_t end) {
          dense_products().product(of_columns_.row(begin), factor.data(), end - begin,
                                   of_columns_.columns, kept, spare_.row(begin));
        });
    std::swap(of_columns_, spare_);
    return is_whole;
  }

  /// Makes the columns of of_columns_ orthonormal, without those that depend on others: twice
  /// Cholesky-QR, whose second pass takes away what the first one's rounding left.
  bool orthonormalise() {
    for (int pass = 0; pass < 2; ++pass) {
      Square sum;
      std::int64_t kept = 0;
      if (!gram(of_columns_, sum)) return false;
      const std::vector<float> factor = inverse_of_root(sum, kept);
      if (kept == 0 || !transform(factor, kept)) return false;
    }
    of_rows_.columns = of_columns_.columns;
    of_rows_.values.resize(static_cast<std::size_t>(of_rows_.rows * of_rows_.columns));
    return true;
  }

  /// F (width x kept) with F^T sum F = 1.
  static std::vector<float> inverse_of_root(const Square& sum, std::int64_t& kept) {
    const std::int64_t width = sum.rows();
    const Eigen::LLT<Eigen::MatrixXd> root{Eigen::MatrixXd(sum)};
    const Eigen::VectorXd pivots = root.matrixLLT().diagonal();
    Eigen::MatrixXd factor;
    if (root.info() == Eigen::Success &&
        (pivots.array().square() > kDependent * sum.diagonal().array()).all()) {
      factor = root.matrixU().solve(Eigen::MatrixXd::Identity(width, width));
    } else {
      factor = independent_columns(sum);
    }
    kept = factor.cols();
    std::vector<float> row_major(static_cast<std::size_t>(width * kept));
    for (std::int64_t r = 0; r < width; ++r) {
      for (std::int64_t c = 0; c < kept; ++c)
        row_major[static_cast<std::size_t>(r * kept + c)] = static_cast<float>(factor(r, c));
    }
    return row_major;
  }

  /// The same where columns depend on others: Gram-Schmidt in the product of `sum`, without them.
  static Eigen::MatrixXd independent_columns(const Square& sum) {
    const std::int64_t width = sum.rows();
    Eigen::MatrixXd basis(width, width), image(width, width);  // image = sum * basis
    std::int64_t kept = 0;
    for (std::int64_t c = 0; c < width; ++c) {
      Eigen::VectorXd left = Eigen::VectorXd::Unit(width, c);
      const Eigen::VectorXd shares = image.row(c).head(kept);
      left -= basis.leftCols(kept) * shares;
      const Eigen::VectorXd product = sum * left;
      const double rest = product.dot(left);
      if (!(rest > kDependent * sum(c, c))) continue;
      basis.col(kept) = left / std::sqrt(rest);
      image.col(kept) = product / std::sqrt(rest);
      ++kept;
    }
    return basis.leftCols(kept);
  }

  /// The singular vectors within the subspace: those of matrix * of_columns_.
  TruncatedSvd rayleigh_ritz() {
    Square sum;
    if (!gram(of_rows_, sum)) return {};
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver{Eigen::MatrixXd(sum)};
    const std::int64_t width = sum.rows();
    const double strongest = solver.eigenvalues()(width - 1);
    TruncatedSvd svd;
    for (std::int64_t k = width - 1; k >= 0 && svd.rank < options_.rank; --k) {
      const double square = solver.eigenvalues()(k);
      if (!(square > kDependent * strongest)) break;
      svd.singular_values.push_back(static_cast<float>(std::sqrt(square)));
      ++svd.rank;
    }
    std::vector<float> factor(static_cast<std::size_t>(width * svd.rank));
    for (std::int64_t c = 0; c < svd.rank; ++c) {
      auto direction = solver.eigenvectors().col(width - 1 - c);
      // Which way a direction points is free; it is fixed here by its largest number.
      std::int64_t largest = 0;
      direction.cwiseAbs().maxCoeff(&largest);
      const double sign = direction(largest) < 0 ? -1 : 1;
      for (std::int64_t r = 0; r < width; ++r)
        factor[static_cast<std::size_t>(r * svd.rank + c)] =
            static_cast<float>(sign * direction(r));
    }
    if (!transform(factor, svd.rank)) return {};
    svd.right = std::move(of_columns_.values);
    return svd;
  }

  const SparseMatrix& matrix_;
  const SparseMatrix columns_;
  const SvdOptions& options_;
  double step_ = 0, steps_;
  Dense of_columns_, of_rows_, spare_;
};

}  // namespace

TruncatedSvd truncated_svd(const SparseMatrix& matrix, const SvdOptions& options) {
  if (matrix.entries() == 0) return {};
  const std::int64_t most = std::min(matrix.columns, matrix.rows());
  const std::int64_t width = std::min<std::int64_t>(most, options.rank + options.extra);
  return Iteration(matrix, options, width).run();
}

}  // namespace model
