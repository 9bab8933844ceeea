// A short path whose nodes of one group keep their distance, and of which some may have to keep the
// order in which they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "short_path.hpp"

/// What a path has to keep to.
struct Spacing {
  std::span<const std::int32_t> group;  // of each node, dense from 0
  std::size_t distance = 1;             // at most possible_distance(group, ...)
  /// Of each node that is to keep its order its place in the path before, at most once; the others
  /// go anywhere among them. Empty: all do.
  std::span<const std::optional<std::size_t>> place;
};

struct SpacedPath {
  std::vector<std::size_t> order;
  double length = 0;      // sum of its jumps
  std::size_t moved = 0;  // nodes with a place, without the longest sequence that keeps their order
};

/// A path through all nodes in which two of one group lie at least `distance` apart, and of these
/// one with few nodes moved and a small sum of jumps. Without places it begins from `start` with
/// what is too near moved away (spacing.hpp), and is the shortest that is met from there, of up to 9
/// nodes the shortest of all; with places the nodes without one are put among the others, wherever
/// that lengthens it least. Those move only where there is no distance otherwise that is found.
///
/// How          simulated annealing (Kirkpatrick, Gelatt, Vecchi 1983) over exchanges of two nodes,
///              reversals and moves of stretches; with places over moves and exchanges of the nodes
///              without one, and where groups are too near still, of one more that is, and again.
///              Bounded work, up to kSearchedNodes; more nodes keep the order in which they are put
///              apart, and those with a place that
/// start        a permutation of the nodes
/// random_seed  of the search: the same seed, the same path
/// checkpoint   called now and then; may throw to end the work
SpacedPath spaced_path(const std::vector<std::size_t>& start, const Jump& jump,
                       const Spacing& spacing, std::uint64_t random_seed,
                       const std::function<void()>& checkpoint);

/// Whether no two nodes of one group are too near.
bool keeps_distance(const std::vector<std::size_t>& order, const Spacing& spacing);
