// Clusters of unit vectors by their angles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "content_space.hpp"

namespace model {

struct ClusterOptions {
  std::size_t clusters = 64;  // at most; never more than sqrt(rows / 2), at least 1
  int most_rounds = 30;
  std::uint64_t random_seed = 1;
  int threads = 1;
  std::function<bool(double)> proceed = {};  // called now and then with 0 .. 1; false stops it
};

struct Clusters {
  Vectors centres;                   // unit vectors, the cluster of most rows first
  std::vector<std::int32_t> of_row;  // the centre of the largest product, of equal ones the first
  double cosine = 0;                 // mean of each row to its centre
  int rounds = 0;
};

/// Spherical k-means (Dhillon, Modha: Concept Decompositions for Large Sparse Text Data, Machine
/// Learning 2001), begun by k-means++ (Arthur, Vassilvitskii, SODA 2007): a row becomes a centre
/// with a probability proportional to its squared distance from the centres so far. A cluster that
/// lost all its rows starts again at the row that lies farthest from its centre. Ends when no row
/// changes its cluster. The same for any number of threads. Empty where `proceed` said stop, or
/// there are no rows.
Clusters spherical_clusters(const Vectors& rows, const ClusterOptions& options);

}  // namespace model
