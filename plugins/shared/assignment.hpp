// Which track plays at which place, at the least cost in all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace shared {

/// What it costs to have an item at a place; finite.
using PlaceCost = std::function<double(std::size_t place, std::size_t item)>;
/// Called now and then; may throw to end the work.
using Checkpoint = std::function<void()>;

/// The least cost in all over any costs: one item for each place, places <= items.
///
/// Returns  the item at each place; of several that are as good, one that depends on the order of
///          the items only
/// Cost     O(places^2 * items) time, O(places * items) memory
/// Paper    Jonker, Volgenant: A Shortest Augmenting Path Algorithm for Dense and Sparse Linear
///          Assignment Problems, Computing 38, 1987; without its initial reductions
std::vector<std::size_t> least_cost_assignment(std::size_t places, std::size_t items,
                                               const PlaceCost& cost, const Checkpoint& checkpoint);

/// The same where places and items are numbered so that an item further on never fits a place
/// before that of an earlier item better: as when both stand by one number, and the cost is convex
/// in the difference. Some best choice is then ascending, and found by going through both once.
///
/// Cost     O(places * items) time, places * items bits; nothing to search where they are as many
std::vector<std::size_t> least_cost_ascending(std::size_t places, std::size_t items,
                                              const PlaceCost& cost, const Checkpoint& checkpoint);

/// Exchanges of two places, nearest ones first, for as long as they lower the cost and at most
/// `looks` pairs have been looked at: what is left where the others would take too long.
void exchange_places(std::vector<std::size_t>& item_at, const PlaceCost& cost, std::size_t looks,
                     const Checkpoint& checkpoint);

}  // namespace shared
