#include "cluster_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

namespace bench {
namespace {

double squared(const float* a, const float* b, std::size_t dim) {
  double sum = 0;
  for (std::size_t d = 0; d < dim; ++d) {
    const double apart = double{a[d]} - double{b[d]};
    sum += apart * apart;
  }
  return sum;
}

}  // namespace

double plain_reachability_weight(const float* rows, std::size_t count, std::size_t dim,
                                 std::size_t min_samples) {
  std::vector<double> core(count);
  for (std::size_t row = 0; row < count; ++row) {
    std::priority_queue<double> nearest;
    for (std::size_t other = 0; other < count; ++other) {
      if (other == row) continue;
      const double distance = squared(rows + row * dim, rows + other * dim, dim);
      if (nearest.size() < min_samples) {
        nearest.push(distance);
      } else if (distance < nearest.top()) {
        nearest.pop();
        nearest.push(distance);
      }
    }
    core[row] = nearest.top();
  }
  std::vector<double> least(count, std::numeric_limits<double>::infinity());
  std::vector<bool> is_in(count);
  double weight = 0;
  for (std::size_t row = 0, taken = 1; taken < count; ++taken) {
    is_in[row] = true;
    std::size_t next = row;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t other = 0; other < count; ++other) {
      if (is_in[other]) continue;
      const double reach =
          std::max({squared(rows + row * dim, rows + other * dim, dim), core[row], core[other]});
      least[other] = std::min(least[other], reach);
      if (least[other] < nearest) {
        nearest = least[other];
        next = other;
      }
    }
    weight += std::sqrt(nearest);
    row = next;
  }
  return weight;
}

void plain_descent(const PlainDescent& descent, std::vector<float>& places) {
  float most = 0;
  for (std::int64_t edge = 0; edge < descent.offsets[descent.rows]; ++edge)
    most = std::max(most, descent.weights[edge]);
  std::uint64_t state = 1;
  const auto clipped = [](double value) { return std::clamp(value, -4.0, 4.0); };
  for (int epoch = 0; epoch < descent.epochs; ++epoch) {
    for (std::size_t row = 0; row < descent.rows; ++row) {
      float* place = places.data() + row * descent.dim;
      for (std::int64_t edge = descent.offsets[row]; edge < descent.offsets[row + 1]; ++edge) {
        const double rate = double{descent.weights[edge]} / double{most};
        if (std::floor(rate * (epoch + 1)) == std::floor(rate * epoch)) continue;
        float* other =
            places.data() + static_cast<std::size_t>(descent.indices[edge]) * descent.dim;
        const double apart = squared(place, other, descent.dim);
        const double pull = apart > 0
                                ? -2 * descent.a * descent.b * std::pow(apart, descent.b - 1) /
                                      (descent.a * std::pow(apart, descent.b) + 1)
                                : 0;
        for (std::size_t d = 0; d < descent.dim; ++d) {
          const auto moved = static_cast<float>(clipped(pull * (place[d] - other[d])));
          place[d] += moved;
          other[d] -= moved;
        }
        for (int k = 0; k < 5; ++k) {
          state = state * 6364136223846793005u + 1442695040888963407u;
          const std::size_t drawn = static_cast<std::size_t>(state >> 33) % descent.rows;
          if (drawn == row) continue;
          const float* from = places.data() + drawn * descent.dim;
          const double far = squared(place, from, descent.dim);
          const double push =
              2 * descent.b / ((0.001 + far) * (descent.a * std::pow(far, descent.b) + 1));
          for (std::size_t d = 0; d < descent.dim; ++d)
            place[d] += static_cast<float>(clipped(push * (place[d] - from[d])));
        }
      }
    }
  }
}

}  // namespace bench
