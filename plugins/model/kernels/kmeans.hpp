// K-means: rows in as many clusters as asked for, so that squared distances to their means are small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "content_space.hpp"

namespace model {

struct KMeansOptions {
  std::size_t clusters = 8;  // >= 1; at most as many as there are rows
  int starts = 20;           // >= 1
  int most_rounds = 300;     // of a start, >= 1
  std::uint64_t random_seed = 1;
  int threads = 1;  // starts are shared out to them; the result does not depend on it
  std::function<bool(double)> proceed = {};  // called now and then with 0 .. 1; false stops it
};

struct KMeans {
  Vectors centres;                   // the cluster of most rows first
  std::vector<std::int32_t> of_row;  // the nearest centre, of equally near ones the first
  double inertia = 0;                // sum of the rows' squared distances to their centres
  int rounds = 0;
};

/// Every start's clusters, the one of least inertia first, of equal ones the earlier. A start draws
/// its centres by greedy k-means++ (Arthur, Vassilvitskii: k-means++, SODA 2007, and their remark on
/// several draws a step); then rows go to the nearest centre and centres to the mean of their rows
/// until no row changes, distances being bounded so that most need not be looked at (Hamerly: Making
/// k-means Even Faster, SDM 2010). A cluster without rows starts again at the row that lies farthest
/// from its centre. Of the five best starts single rows then move where that lowers the inertia.
/// rows     finite
/// Returns  nothing where there are no rows, or `proceed` said stop
std::vector<KMeans> kmeans_starts(const Vectors& rows, const KMeansOptions& options);

}  // namespace model
