#include "fuzzy_graph.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shared/row_neighbours.hpp"

namespace model {
namespace {

constexpr int kHalvings = 64;
constexpr double kCloseSum = 1e-5;
/// A scale is not less than this share of the mean distance, of the row's or, where those are all
/// 0, of everybody's.
constexpr double kLeastScale = 1e-3;

double mean_of(std::span<const float> distances) {
  double sum = 0;
  for (const float distance : distances) sum += distance;
  return distances.empty() ? 0 : sum / static_cast<double>(distances.size());
}

/// The distance to the nearest row that lies elsewhere; 0 where none does.
double nearest_elsewhere(std::span<const float> distances) {
  for (const float distance : distances)
    if (distance > 0) return distance;
  return 0;
}

double weight_at(double distance, double nearest, double scale) {
  return distance > nearest ? std::exp(-(distance - nearest) / scale) : 1;
}

/// With which the weights sum to `wanted`, by halving.
double scale_of(std::span<const float> distances, double nearest, double wanted) {
  double low = 0, high = std::numeric_limits<double>::infinity(), scale = 1;
  for (int k = 0; k < kHalvings; ++k) {
    double sum = 0;
    for (const float distance : distances) sum += weight_at(distance, nearest, scale);
    if (std::abs(sum - wanted) < kCloseSum) break;
    if (sum > wanted) {
      high = scale;
      scale = (low + high) / 2;
    } else {
      low = scale;
      scale = std::isinf(high) ? scale * 2 : (low + high) / 2;
    }
  }
  return scale;
}

/// Rows x rows: of each row its weights towards its neighbours, ascending.
SparseMatrix directed(const NearestRows& nearest) {
  SparseMatrix weights;
  weights.columns = static_cast<std::int32_t>(nearest.rows());
  // The row itself counts among its neighbours, as in the paper's implementation.
  const double wanted = std::log2(static_cast<double>(nearest.each) + 1),
               mean_of_all = mean_of(nearest.distance);
  std::vector<std::pair<std::int32_t, float>> list(nearest.each);
  for (std::size_t row = 0; row < nearest.rows(); ++row) {
    const std::span<const float> distances(nearest.distance.data() + row * nearest.each,
                                           nearest.each);
    const double first = nearest_elsewhere(distances), mean = mean_of(distances);
    const double scale = std::max(scale_of(distances, first, wanted),
                                  kLeastScale * (first > 0 ? mean : mean_of_all));
    for (std::size_t k = 0; k < nearest.each; ++k)
      list[k] = {nearest.row[row * nearest.each + k],
                 static_cast<float>(weight_at(distances[k], first, std::max(scale, 1e-30)))};
    std::sort(list.begin(), list.end());
    for (const auto& [other, weight] : list) {
      weights.indices.push_back(other);
      weights.values.push_back(weight);
    }
    weights.offsets.push_back(static_cast<std::int64_t>(weights.indices.size()));
  }
  return weights;
}

}  // namespace

NearestRows nearest_by_cosine(const Vectors& rows, std::size_t each, int threads) {
  const shared::RowNeighbours found = shared::neighbours_of_rows(
      {rows.values.data(), static_cast<std::size_t>(rows.rows), rows.dim}, each, threads);
  NearestRows nearest;
  nearest.each = found.k;
  nearest.row.reserve(found.found.size());
  nearest.distance.reserve(found.found.size());
  for (const shared::ScoredRow& one : found.found) {
    nearest.row.push_back(one.row);
    nearest.distance.push_back(std::max(0.0f, 1 - one.score));
  }
  return nearest;
}

SparseMatrix fuzzy_graph(const NearestRows& nearest) {
  const SparseMatrix to = directed(nearest), from = transposed(to);
  SparseMatrix graph;
  graph.columns = to.columns;
  for (std::int32_t row = 0; row < to.rows(); ++row) {
    const auto a = to.row(row), b = from.row(row);
    const auto a_weights = to.row_values(row), b_weights = from.row_values(row);
    const auto add = [&](std::int32_t other, float weight) {
      if (!(weight > 0)) return;
      graph.indices.push_back(other);
      graph.values.push_back(weight);
    };
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
      if (j == b.size() || (i < a.size() && a[i] < b[j])) {
        add(a[i], a_weights[i]);
        ++i;
      } else if (i == a.size() || b[j] < a[i]) {
        add(b[j], b_weights[j]);
        ++j;
      } else {
        add(a[i], a_weights[i] + b_weights[j] - a_weights[i] * b_weights[j]);
        ++i;
        ++j;
      }
    }
    graph.offsets.push_back(static_cast<std::int64_t>(graph.indices.size()));
  }
  return graph;
}

}  // namespace model
