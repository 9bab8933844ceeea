#include "principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>

#include "parallel.hpp"

namespace model {
namespace {

using Covariance = Eigen::MatrixXd;
using RowBlockOfDoubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::int64_t kCentredRows = 512;  // rows that are centred at once
constexpr double kNoVariance = 1e-12;       // of the largest direction's: what rounding leaves

std::vector<double> means_of(const Vectors& rows) {
  std::vector<double> means(rows.dim);
  for (std::int64_t row = 0; row < rows.rows; ++row)
    for (std::size_t k = 0; k < rows.dim; ++k) means[k] += rows.row(row)[k];
  for (double& mean : means) mean /= static_cast<double>(std::max<std::int64_t>(1, rows.rows));
  return means;
}

/// A block of rows after the other, as the sum's order would depend on who adds up what.
Covariance covariance_of(const Vectors& rows, const std::vector<double>& means) {
  const auto dim = static_cast<Eigen::Index>(rows.dim);
  Covariance sums = Covariance::Zero(dim, dim);
  RowBlockOfDoubles centred(kCentredRows, dim);
  for (std::int64_t begin = 0; begin < rows.rows; begin += kCentredRows) {
    const std::int64_t count = std::min(kCentredRows, rows.rows - begin);
    for (std::int64_t row = 0; row < count; ++row)
      for (std::size_t k = 0; k < rows.dim; ++k)
        centred(row, static_cast<Eigen::Index>(k)) = rows.row(begin + row)[k] - means[k];
    const auto block = centred.topRows(count);
    sums.noalias() += block.transpose() * block;
  }
  return sums / static_cast<double>(std::max<std::int64_t>(1, rows.rows));
}

/// The eigenvector as floats, its largest part above 0.
void put_direction(const Eigen::VectorXd& direction, std::vector<float>& to) {
  Eigen::Index largest = 0;
  direction.cwiseAbs().maxCoeff(&largest);
  const double sign = direction[largest] < 0 ? -1 : 1;
  for (const double part : direction) to.push_back(static_cast<float>(sign * part));
}

}  // namespace

double PrincipalComponents::kept(std::size_t count) const {
  const double all = std::accumulate(variances.begin(), variances.end(), 0.0);
  const auto end =
      variances.begin() + static_cast<std::ptrdiff_t>(std::min(count, variances.size()));
  return all > 0 ? std::accumulate(variances.begin(), end, 0.0) / all : 0;
}

PrincipalComponents principal_components(const Vectors& rows, double variance) {
  PrincipalComponents pca;
  pca.inputs = rows.dim;
  const std::vector<double> means = means_of(rows);
  pca.mean.assign(means.begin(), means.end());
  if (rows.rows == 0 || rows.dim == 0) return pca;
  const Eigen::SelfAdjointEigenSolver<Covariance> solved(covariance_of(rows, means));
  const auto inputs = static_cast<Eigen::Index>(rows.dim);
  const double largest = solved.eigenvalues()[inputs - 1];
  for (Eigen::Index k = inputs - 1; k >= 0; --k) {  // they ascend
    const double value = solved.eigenvalues()[k];
    if (!(value > kNoVariance * std::max(1.0, largest))) break;
    pca.variances.push_back(value);
  }
  while (pca.dim < pca.variances.size() && (pca.dim == 0 || pca.kept(pca.dim) < variance)) {
    put_direction(solved.eigenvectors().col(inputs - 1 - static_cast<Eigen::Index>(pca.dim)),
                  pca.components);
    ++pca.dim;
  }
  return pca;
}

void project(const PrincipalComponents& pca, const float* row, float* out) {
  for (std::size_t d = 0; d < pca.dim; ++d) {
    const float* direction = pca.components.data() + d * pca.inputs;
    double sum = 0;
    for (std::size_t k = 0; k < pca.inputs; ++k)
      sum += (static_cast<double>(row[k]) - pca.mean[k]) * direction[k];
    out[d] = static_cast<float>(sum);
  }
}

Vectors projected(const PrincipalComponents& pca, const Vectors& rows, int threads) {
  Vectors places(rows.rows, pca.dim);
  for_blocks(threads, rows.rows, kCentredRows, [&](int, std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) project(pca, rows.row(row), places.row(row));
  });
  return places;
}

}  // namespace model
