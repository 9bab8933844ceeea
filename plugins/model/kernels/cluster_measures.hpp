// How good clusters are, and how alike two ways of putting rows into clusters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "content_space.hpp"

namespace model {

/// Up to so many rows every pair of them is measured.
inline constexpr std::int64_t kMostExactSilhouette = 4'096;

/// The mean silhouette (Rousseeuw 1987), -1 .. 1:
///
///   s = (b - a) / max(a, b),  a the mean distance of a row to the others of its cluster, b that to
///   the rows of the other cluster where it is least; 0 for the only row of a cluster
///
/// Of more than kMostExactSilhouette rows the simplified one, a and b being distances to the
/// clusters' means (Hruschka, Castro, Campello 2004).
///
/// of_row   clusters 0 .. count - 1; rows of -1 do not count
/// threads  >= 1; the result does not depend on it
/// Returns  0 where fewer than two clusters have rows
double silhouette(const Vectors& rows, std::span<const std::int32_t> of_row, std::int32_t count,
                  int threads);

/// How far two ways of putting the same rows into clusters agree.
struct Agreement {
  /// The adjusted Rand index (Hubert, Arabie 1985) of the rows that are in a cluster both ways: 1
  /// the same clusters, 0 as chance has it. 1 where both have all of them in one cluster.
  double rand_index = 0;
  double share = 0;  // of all rows that are in a cluster both ways; the index tells of these only
};
/// -1: in no cluster.
Agreement agreement(std::span<const std::int32_t> a, std::span<const std::int32_t> b);

}  // namespace model
