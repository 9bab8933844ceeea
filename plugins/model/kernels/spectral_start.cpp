#include "spectral_start.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <Eigen/Eigenvalues>

#include "dense_products.hpp"
#include "parallel.hpp"

namespace model {
namespace {

constexpr std::size_t kExtra = 4;  // directions carried along
constexpr int kFilterRounds = 4, kDegree = 10;
constexpr std::int64_t kGraphRows = 512;
/// A column of which less is left beside those before it has no direction of its own.
constexpr double kNoDirection = 1e-10;

using Table = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Eigenvectors of `matrix` (rows x rows, symmetric, its eigenvalues in -1 .. 1) of the largest
/// eigenvalues, without the direction `trivial`.
class FilteredIteration {
 public:
  FilteredIteration(SparseMatrix matrix, Eigen::VectorXf trivial, Table start, int threads)
      : matrix_(std::move(matrix)),
        trivial_(std::move(trivial)),
        block_(std::move(start)),
        threads_(threads) {}

  /// Columns in the order of their eigenvalues, the largest first.
  Table run() {
    orthonormalise();
    double cut = rotate();
    for (int round = 0; round < kFilterRounds; ++round) {
      filter(cut);
      orthonormalise();
      cut = rotate();
    }
    return std::move(block_);
  }

 private:
  [[nodiscard]] Table multiplied(const Table& dense) const {
    Table out(dense.rows(), dense.cols());
    for_blocks(
        threads_, matrix_.rows(), kGraphRows, [&](int, std::int64_t begin, std::int64_t end) {
          for (std::int64_t r = begin; r < end; ++r) {
            const auto row = static_cast<std::int32_t>(r);
            dense_products().weighted_rows(
                dense.data(), dense.cols(), matrix_.row(row).data(), matrix_.row_values(row).data(),
                static_cast<std::int64_t>(matrix_.row(row).size()), out.data() + r * out.cols());
          }
        });
    return out;
  }

  /// The Chebyshev polynomial that is small on -1 .. cut and grows fast above.
  void filter(double cut) {
    const double centre = (cut - 1) / 2, radius = std::max(1e-3, (cut + 1) / 2);
    const auto scale = static_cast<float>(1 / radius), shift = static_cast<float>(centre);
    Table before = block_, now = (multiplied(block_) - shift * block_) * scale;
    for (int degree = 2; degree <= kDegree; ++degree) {
      Table next = (multiplied(now) - shift * now) * (2 * scale) - before;
      before = std::move(now);
      now = std::move(next);
    }
    block_ = std::move(now);
  }

  /// Gram and Schmidt, twice, in double; a column without a direction of its own becomes 0.
  void orthonormalise() {
    Eigen::MatrixXd columns(block_.rows(), block_.cols() + 1);
    columns.col(0) = trivial_.cast<double>();
    columns.rightCols(block_.cols()) = block_.cast<double>();
    for (Eigen::Index column = 1; column < columns.cols(); ++column) {
      auto own = columns.col(column);
      const auto before = columns.leftCols(column);
      const double length = own.norm();
      for (int pass = 0; pass < 2; ++pass) {
        const Eigen::VectorXd along = before.transpose() * own;
        own.noalias() -= before * along;
      }
      const double left = own.norm();
      own *= left > kNoDirection * length ? 1 / left : 0;
    }
    block_ = columns.rightCols(block_.cols()).cast<float>();
  }

  /// Rayleigh and Ritz; returns the least of the eigenvalues that the block has.
  double rotate() {
    const Table product = multiplied(block_);
    const Eigen::MatrixXd small = block_.cast<double>().transpose() * product.cast<double>();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver((small + small.transpose()) / 2);
    const Eigen::MatrixXf turned = solver.eigenvectors().rowwise().reverse().cast<float>();
    block_ = Table(block_ * turned);
    return std::clamp(solver.eigenvalues()(0), -0.9, 0.999);
  }

  SparseMatrix matrix_;
  Eigen::VectorXf trivial_;
  Table block_;
  int threads_;
};

}  // namespace

Vectors spectral_start(const SparseMatrix& graph, const Vectors& first, std::size_t dim,
                       std::uint64_t random_seed, int threads) {
  const auto rows = static_cast<Eigen::Index>(graph.rows());
  Vectors places(graph.rows(), dim);
  if (rows < 2) return places;
  SparseMatrix scaled = graph;
  Eigen::VectorXf roots(rows);
  for (std::int32_t row = 0; row < graph.rows(); ++row) {
    double degree = 0;
    for (const float weight : graph.row_values(row)) degree += weight;
    roots(row) = static_cast<float>(std::sqrt(degree));
  }
  for (std::int32_t row = 0; row < graph.rows(); ++row) {
    const auto begin = static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(row)]);
    for (std::size_t k = begin; k < begin + graph.row(row).size(); ++k)
      scaled.values[k] /= roots(row) * roots(graph.indices[k]);
  }
  const auto width = static_cast<Eigen::Index>(
      std::min<std::size_t>(dim + kExtra, static_cast<std::size_t>(rows) - 1));
  Table start(rows, width);
  playlist::Random random(random_seed);
  for (Eigen::Index row = 0; row < rows; ++row)
    for (Eigen::Index column = 0; column < width; ++column)
      start(row, column) = static_cast<std::size_t>(column) < first.dim
                               ? first.row(row)[column]
                               : static_cast<float>(random.real() - 0.5);
  const Table found =
      FilteredIteration(std::move(scaled), roots / roots.norm(), std::move(start), threads).run();
  for (Eigen::Index column = 0; column < std::min(width, static_cast<Eigen::Index>(dim));
       ++column) {
    Eigen::Index largest = 0;
    found.col(column).cwiseAbs().maxCoeff(&largest);
    const float sign = found(largest, column) < 0 ? -1.0f : 1.0f;
    for (Eigen::Index row = 0; row < rows; ++row)
      places.row(row)[column] = sign * found(row, column);
  }
  return places;
}

}  // namespace model
