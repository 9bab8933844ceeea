// Puts rows that belong one after the other next to each other, and leaves the rest as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Row `follower` belongs right after row `leader`.
struct Link {
  std::int32_t leader, follower;
};

/// Of each row the one that comes right after it, -1: none in particular.
///
/// links    strongest first. Each is taken unless a stronger one has its leader or its follower, or
///          it would close a circle: so of two claims to a row the stronger counts, and a circle is
///          cut at its weakest link
std::vector<std::int32_t> followers_of(std::size_t rows, std::span<const Link> links);

/// All rows: each at its place in the order given, but a follower right after its leader.
std::vector<std::int32_t> with_followers(std::span<const std::int32_t> followers);
