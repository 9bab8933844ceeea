// Rows that a map can be judged by: 40 clusters of unequal size in a plane of seven of twenty
// dimensions, half of them drawn out along an arc, with noise in all; of length 1.
#pragma once

#include "playlist/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/content_space.hpp"

inline model::Vectors curved_rows(std::int64_t count, std::uint64_t seed) {
  constexpr std::size_t kDim = 20, kPlane = 7, kClusters = 40;
  playlist::Random random(seed);
  const auto normal = [&] {
    const double radius = std::sqrt(-2 * std::log(1 - random.real()));
    return radius * std::cos(2 * std::numbers::pi * random.real());
  };
  std::vector<double> basis(kPlane * kDim), centres(kClusters * kPlane), arcs(kClusters * kPlane),
      sums;
  for (auto* values : {&basis, &centres, &arcs})
    for (double& value : *values) value = normal();
  for (std::size_t c = 0; c < kClusters; ++c)
    sums.push_back((sums.empty() ? 0 : sums.back()) + 1 / std::sqrt(static_cast<double>(c + 1)));
  model::Vectors rows(count, kDim);
  for (std::int64_t row = 0; row < count; ++row) {
    const std::size_t cluster = random.draw(sums);
    const double along = cluster % 2 == 0 ? 0 : 2 * random.real() - 1;
    std::array<double, kDim> place{};
    for (std::size_t k = 0; k < kPlane; ++k) {
      const std::size_t at = cluster * kPlane + k;
      const double value = centres[at] + along * arcs[at] +
                           along * along * arcs[at == 0 ? 0 : at - 1] + 0.3 * normal();
      for (std::size_t d = 0; d < kDim; ++d) place[d] += value * basis[k * kDim + d];
    }
    for (std::size_t d = 0; d < kDim; ++d)
      rows.row(row)[d] = static_cast<float>(place[d] + 0.3 * normal());
  }
  model::normalise(rows);
  return rows;
}
