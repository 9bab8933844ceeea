#include "content_space.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

namespace model {
namespace {

constexpr int kIterations = 5;
constexpr std::size_t kOversampling = 8;
constexpr float kFarthest = 3;  // deviations: beyond it a value tells of its column's errors

/// The tags that at least two tracks have, renumbered, and each row scaled as put_tags() says.
struct WeighedTags {
  SparseMatrix x;
  std::vector<std::int32_t> place;  // of a tag in x; -1: left out
  std::vector<double> rarity;       // of a tag
};
WeighedTags weighed(const SparseMatrix& tracks) {
  std::vector<std::int32_t> users(static_cast<std::size_t>(tracks.columns));
  for (const std::int32_t tag : tracks.indices) ++users[static_cast<std::size_t>(tag)];
  WeighedTags made;
  auto& [x, place, rarity] = made;
  place.assign(users.size(), -1);
  rarity.resize(users.size());
  for (std::size_t tag = 0; tag < users.size(); ++tag) {
    if (users[tag] < 2) continue;
    place[tag] = x.columns++;
    rarity[tag] = 1 + std::log((1.0 + tracks.rows()) / (1.0 + users[tag]));
  }
  std::vector<double> row;
  for (std::int32_t track = 0; track < tracks.rows(); ++track) {
    const auto tags = tracks.row(track);
    const auto weights = tracks.row_values(track);
    double squares = 0;
    row.clear();
    for (std::size_t k = 0; k < tags.size(); ++k) {
      const auto tag = static_cast<std::size_t>(tags[k]);
      if (place[tag] < 0) continue;
      row.push_back(weights[k] * rarity[tag]);
      x.indices.push_back(place[tag]);
      squares += row.back() * row.back();
    }
    const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    for (const double value : row) x.values.push_back(static_cast<float>(value * scale));
    x.offsets.push_back(static_cast<std::int64_t>(x.indices.size()));
  }
  return made;
}

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Row `track` of x times `basis`, into `out`.
void project(const SparseMatrix& x, std::int32_t track, const Matrix& basis,
             Eigen::RowVectorXd& out) {
  const auto tags = x.row(track);
  const auto weights = x.row_values(track);
  out.setZero(basis.cols());
  for (std::size_t k = 0; k < tags.size(); ++k) out += weights[k] * basis.row(tags[k]);
}

/// x^T x basis, without x^T x.
Matrix through_tracks(const SparseMatrix& x, const Matrix& basis) {
  Matrix sums = Matrix::Zero(basis.rows(), basis.cols());
  Eigen::RowVectorXd row;
  for (std::int32_t track = 0; track < x.rows(); ++track) {
    project(x, track, basis, row);
    const auto tags = x.row(track);
    const auto weights = x.row_values(track);
    for (std::size_t k = 0; k < tags.size(); ++k) sums.row(tags[k]) += weights[k] * row;
  }
  return sums;
}

Matrix orthonormal(const Matrix& columns) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(columns).householderQ() *
         Eigen::MatrixXd::Identity(columns.rows(), columns.cols());
}

/// The first `dim` right singular vectors of x as columns; empty when `proceed` said stop.
Matrix right_singular_vectors(const SparseMatrix& x, std::size_t dim, const TagOptions& options) {
  const auto width =
      static_cast<Eigen::Index>(std::min(dim + kOversampling, static_cast<std::size_t>(x.columns)));
  playlist::Random random(options.random_seed);
  Matrix basis(x.columns, width);
  for (Eigen::Index k = 0; k < basis.size(); ++k) basis.data()[k] = random.real() - 0.5;
  basis = orthonormal(basis);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    if (options.proceed && !options.proceed(iteration / (kIterations + 1.0))) return {};
    basis = orthonormal(through_tracks(x, basis));
  }
  const Eigen::MatrixXd small = basis.transpose() * through_tracks(x, basis);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved((small + small.transpose()) / 2);
  return basis * solved.eigenvectors().rightCols(static_cast<Eigen::Index>(dim));
}

}  // namespace

Standard standard_of(std::span<const float> column) {
  double count = 0, sum = 0, squares = 0;
  for (const float value : column) {
    if (std::isfinite(value)) count += 1, sum += value;
  }
  const double mean = count > 0 ? sum / count : 0;
  for (const float value : column) {
    if (std::isfinite(value)) squares += (value - mean) * (value - mean);
  }
  return {mean, count > 0 ? std::sqrt(squares / count) : 0};
}

float standardised(float value, const Standard& standard) {
  if (!std::isfinite(value) || !(standard.deviation > 0)) return 0;
  const auto z = static_cast<float>((value - standard.mean) / standard.deviation);
  return std::clamp(z, -kFarthest, kFarthest);
}

void put_standardised(std::span<const std::span<const float>> columns, float weight,
                      std::size_t first, Vectors& vectors) {
  const float part = weight / std::sqrt(static_cast<float>(columns.size()));
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const Standard standard = standard_of(columns[k]);
    for (std::int64_t row = 0; row < vectors.rows; ++row)
      vectors.row(row)[first + k] =
          part * standardised(columns[k][static_cast<std::size_t>(row)], standard);
  }
}

bool put_tags(const SparseMatrix& tracks, const TagOptions& options, std::size_t first,
              Vectors& vectors) {
  const SparseMatrix x = weighed(tracks).x;
  if (static_cast<std::size_t>(x.columns) <= options.dim) {
    for (std::int32_t track = 0; track < x.rows(); ++track) {
      const auto tags = x.row(track);
      for (std::size_t k = 0; k < tags.size(); ++k)
        vectors.row(track)[first + static_cast<std::size_t>(tags[k])] =
            options.weight * x.row_values(track)[k];
    }
    return true;
  }
  const Matrix basis = right_singular_vectors(x, options.dim, options);
  if (basis.size() == 0) return false;
  Eigen::RowVectorXd row;
  for (std::int32_t track = 0; track < x.rows(); ++track) {
    project(x, track, basis, row);
    for (std::size_t k = 0; k < options.dim; ++k)
      vectors.row(track)[first + k] =
          options.weight * static_cast<float>(row[static_cast<Eigen::Index>(k)]);
  }
  return true;
}

std::optional<TagAxes> fit_tag_axes(const SparseMatrix& tracks, const TagOptions& options) {
  const auto [x, place, rarity] = weighed(tracks);
  TagAxes axes;
  const auto tags = static_cast<std::size_t>(x.columns);
  axes.dim = std::min(options.dim, tags);
  axes.rarity.resize(place.size());
  axes.axes.resize(place.size() * axes.dim);
  const Matrix basis = tags > axes.dim ? right_singular_vectors(x, axes.dim, options)
                                       : Matrix(Matrix::Identity(x.columns, x.columns));
  if (tags > 0 && basis.size() == 0) return std::nullopt;
  for (std::size_t tag = 0; tag < place.size(); ++tag) {
    if (place[tag] < 0) continue;
    axes.rarity[tag] = static_cast<float>(rarity[tag]);
    for (std::size_t d = 0; d < axes.dim; ++d)
      axes.axes[tag * axes.dim + d] =
          static_cast<float>(basis(place[tag], static_cast<Eigen::Index>(d)));
  }
  return axes;
}

void put_on_axes(const TagAxes& axes, std::span<const std::int32_t> tags,
                 std::span<const float> weights, float weight, float* out) {
  std::vector<double> sums(axes.dim);
  double squares = 0;
  for (std::size_t k = 0; k < tags.size(); ++k) {
    const auto tag = static_cast<std::size_t>(tags[k]);
    const double value = static_cast<double>(weights[k]) * axes.rarity[tag];
    squares += value * value;
    for (std::size_t d = 0; d < axes.dim; ++d) sums[d] += value * axes.axes[tag * axes.dim + d];
  }
  const double scale = squares > 0 ? weight / std::sqrt(squares) : 0;
  for (std::size_t d = 0; d < axes.dim; ++d) out[d] = static_cast<float>(scale * sums[d]);
}

double unit_scale(const float* row, std::size_t dim, double least) {
  double squares = 0;
  for (std::size_t k = 0; k < dim; ++k) squares += static_cast<double>(row[k]) * row[k];
  if (!(squares > least * least) || !std::isfinite(squares)) return 0;  // NaN too
  return 1 / std::sqrt(squares);
}

std::vector<std::int32_t> normalise(Vectors& vectors, double least) {
  std::vector<std::int32_t> kept;
  for (std::int64_t row = 0; row < vectors.rows; ++row) {
    const float* from = vectors.row(row);
    const double scale = unit_scale(from, vectors.dim, least);
    if (!(scale > 0)) continue;
    float* to = vectors.row(static_cast<std::int64_t>(kept.size()));
    for (std::size_t k = 0; k < vectors.dim; ++k) to[k] = static_cast<float>(from[k] * scale);
    kept.push_back(static_cast<std::int32_t>(row));
  }
  vectors.rows = static_cast<std::int64_t>(kept.size());
  vectors.values.resize(kept.size() * vectors.dim);
  return kept;
}

}  // namespace model
