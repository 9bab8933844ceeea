// Into how many clusters rows fall, if into any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "content_space.hpp"
#include "kmeans.hpp"

namespace model {

struct ClusterCountOptions {
  std::size_t fewest = 3, most = 15;  // 2 <= fewest <= most
  int starts = 20;                    // of each count
  double least_stability = 0.75;      // of a count that its silhouette may recommend, 0 .. 1
  /// Where there are no clusters, whether the rows are cut nevertheless, at the elbow of all counts.
  bool cuts_continuum = false;
  std::uint64_t random_seed = 1;
  int threads = 1;
  std::function<bool(double)> proceed = {};  // called now and then with 0 .. 1; false stops it
};

/// What K-means finds for one count.
struct TriedCount {
  std::size_t clusters = 0;
  double silhouette = 0, of_chance = 0;  // of the best start; of rows of the same spread without
                                         // clusters
  double stability = 0;  // mean adjusted Rand index of the other starts with the best
  double inertia = 0;
};

enum class ChosenBy { kNothing, kSilhouette, kElbow, kCut };

struct ClusterCount {
  std::vector<TriedCount> tried;
  ChosenBy by = ChosenBy::kNothing;  // kNothing: there are no clusters; kCut: likewise, but cut
  KMeans clusters;                   // of the chosen count; empty where there are none
};

/// A count is considered where its silhouette lies more than 0.03 above that of chance: of the larger
/// of two sets of rows without clusters that have the same principal variances, one normally and one
/// evenly distributed (after the gap statistic of Tibshirani, Walther, Hastie, JRSS B 2001). Of those
/// that are stable the largest silhouette wins, of equal ones the smaller count. Where none is
/// stable it is the elbow: the considered count whose inertia lies farthest below the line from that
/// of the fewest to that of the most clusters. Where no count is considered there are no clusters,
/// unless the continuum is to be cut.
///
/// Counts that need more than half as many clusters as there are rows are not tried.
/// Returns  nothing tried where `proceed` said stop, or there are too few rows
ClusterCount choose_cluster_count(const Vectors& rows, const ClusterCountOptions& options);

}  // namespace model
