// Principal components: the directions in which rows differ most, and rows as places on them.
#pragma once

#include <cstddef>
#include <vector>

#include "content_space.hpp"

namespace model {

struct PrincipalComponents {
  std::size_t inputs = 0, dim = 0;
  std::vector<float> mean;        // inputs
  std::vector<float> components;  // dim x inputs, rows of length 1, most variance first
  std::vector<double> variances;  // of all directions there are, largest first

  /// Share of the rows' variance along the first `count` directions, 0..1.
  [[nodiscard]] double kept(std::size_t count) const;
};

/// Eigenvectors of the rows' covariance: the fewest that keep the share `variance` (0..1) of it.
/// None, dim 0, where all rows are alike or there are none. Which way a direction points is free:
/// its largest part is above 0.
/// Time  rows * inputs^2 operations in double precision, and inputs^3, on the calling thread
PrincipalComponents principal_components(const Vectors& rows, double variance);

/// Writes the place of one row to out[0 .. dim).
void project(const PrincipalComponents& pca, const float* row, float* out);

/// All rows as places.
Vectors projected(const PrincipalComponents& pca, const Vectors& rows, int threads);

}  // namespace model
