// Which clusters of a new training are those of the last one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace model {

/// A cluster is taken for one of the last training where both have at least this share of the tracks
/// that either of them has, of the tracks that were known both times.
inline constexpr double kSameCluster = 0.3;

/// Pairs clusters so that the shares of tracks in common sum to the most (least_cost_assignment),
/// leaving out pairs below kSameCluster.
///
/// before, now  of each track known both times its cluster, 0 .. count - 1, -1: none
/// Returns      of each present cluster the last one that it is; -1: it is new
std::vector<std::int32_t> same_clusters(std::span<const std::int32_t> before,
                                        std::size_t before_count, std::span<const std::int32_t> now,
                                        std::size_t now_count);

}  // namespace model
