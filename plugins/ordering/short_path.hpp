// An order of nodes in which the jumps from one to the next are small in all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

/// The jump between two nodes: >= 0, the same both ways.
using Jump = std::function<double(std::size_t a, std::size_t b)>;

/// A path through all nodes, its ends free.
struct ShortPath {
  std::vector<std::size_t> order;
  double length = 0;      // sum of its jumps
  double least = 0;       // no path is shorter; 0: not worked out
  bool is_least = false;  // no path is shorter than this one
};

/// The most nodes of which the shortest path is found, and for which a search and a bound are worth
/// their time.
constexpr std::size_t kExactNodes = 12, kSearchedNodes = 1000;

/// Up to kExactNodes the shortest (Held, Karp: A Dynamic Programming Approach to Sequencing
/// Problems, 1962). Up to kSearchedNodes a short one: each next the nearest, then reversals and
/// moves of stretches (2-opt, Or-opt) between near nodes, then the same around random exchanges of
/// two neighbouring stretches, kept where they do not lengthen it (iterated local search; Johnson,
/// McGeoch 1997), in bounded work. Beyond, each next the nearest of some
/// hundred or thousand.
///
/// random_seed   of the search: the same seed, the same path
/// least         by 1-trees with node prices (Held, Karp: The Traveling-Salesman Problem and Minimum
///               Spanning Trees, 1970-71); up to kSearchedNodes
/// checkpoint    called now and then; may throw to end the work
ShortPath short_path(std::size_t nodes, const Jump& jump, std::uint64_t random_seed,
                     const std::function<void()>& checkpoint);

/// Sum of the jumps of an order.
double path_length(const std::vector<std::size_t>& order, const Jump& jump);
