// Clusters of any shape, by density: HDBSCAN.
//
//   core(a)      distance of a to its min_samples-th nearest other row
//   reach(a, b)  max(core(a), core(b), |a - b|)
//
// The minimum spanning tree of `reach` is the single linkage of rows. From its top, a split counts
// where both sides have min_cluster_size rows; else rows fall out of a cluster that goes on. Of the
// tree of clusters that this leaves, those are taken that together have the most excess of mass.
// Paper: Campello, Moulavi, Zimek, Sander: Hierarchical Density Estimates for Data Clustering, ACM
// TKDD 2015
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "content_space.hpp"

namespace model {

struct TreeEdge {
  std::int32_t a, b;
  double weight;
};

/// The minimum spanning tree of `reach`, exact, its lightest edge first: by Prim's algorithm from row
/// 0, over all pairs; of rows that are as near to the tree the first comes first, and edges of equal
/// weight stay in the order in which they came. Empty where there is one row or none, or `proceed`
/// said stop.
///
/// min_samples  >= 1; of fewer rows the farthest other row counts
/// threads      of the core distances; the result does not depend on it
/// Time         rows^2 * dim, one and a half times
std::vector<TreeEdge> reachability_tree(const Vectors& rows, std::size_t min_samples, int threads,
                                        const std::function<bool(double)>& proceed = {});

/// A cluster of the condensed tree; one comes after its parent.
struct CondensedCluster {
  std::int32_t parent = -1;  // of the first, the root: -1
  double birth = 0,
         death = 0;       // distances at which it comes off its parent, infinite for the root,
                          // and at which it splits or its last rows fall out
  double stability = 0;   // sum over its rows of 1 / where a row leaves it - 1 / birth
  std::int64_t size = 0;  // rows at its birth
  bool is_selected = false;
};

struct CondensedTree {
  std::vector<CondensedCluster> clusters;
  std::vector<std::int32_t> cluster_of_row;  // out of which each row falls
  std::vector<double> left_at;               // the distance at which it does
};

/// tree              rows - 1 edges, lightest first
/// min_cluster_size  >= 2
/// A distance below 2^-20 of the tree's longest counts as that, so that equal rows are very near but
/// not infinitely so.
CondensedTree condensed_tree(const std::vector<TreeEdge>& tree, std::size_t rows,
                             std::size_t min_cluster_size);

/// Marks the clusters whose stabilities sum to the most, none within another; a parent stays where
/// its children together are no better. The root is none of them.
void select_by_excess_of_mass(CondensedTree& tree);

struct HdbscanOptions {
  std::size_t min_cluster_size = 15;  // >= 2
  std::size_t min_samples = 5;        // >= 1, the row itself not counted
  int threads = 1;
  std::function<bool(double)> proceed = {};  // called now and then with 0 .. 1; false stops it
};

struct DensityClusters {
  std::vector<std::int32_t> of_row;  // -1: noise; else 0 .., the cluster of most rows first
  std::int32_t count = 0;            // 0: there are no clusters
};

/// The same for any number of threads. Empty where `proceed` said stop.
DensityClusters hdbscan(const Vectors& rows, const HdbscanOptions& options);

/// Of a tree whose clusters are selected.
DensityClusters density_clusters(const CondensedTree& tree);

}  // namespace model
