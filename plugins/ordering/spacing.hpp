// Arranges tracks so that those of one artist keep their distance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// The largest distance, at most `wanted`, at which any two tracks of one artist can be placed.
///
/// With M the count of the commonest artist, x the number of artists that common, and n tracks, the
/// distance d is possible exactly when (M - 1) * d + x <= n.
std::size_t possible_distance(std::span<const std::int32_t> artist, std::size_t wanted);

/// Row numbers in an order in which any two rows of one artist lie at least
/// possible_distance(artist, wanted) apart, and `wanted` apart where that costs nothing.
///
/// artist   number of each row's artist, dense from 0
/// Order    at each place the first row, in the order given, that the artists before it allow and
///          after which the rest can still be placed; rows of one artist keep their order
/// Cost     O(rows * (log(rows) + distance))
std::vector<std::int32_t> space_artists(std::span<const std::int32_t> artist, std::size_t wanted);
