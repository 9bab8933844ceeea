// What is told of everybody's use of a track.
#pragma once

#include <array>
#include <cstddef>

namespace engine {

/// The columns of table `engagement`, of "engagement" as plugins see it and as sources give it:
/// counts >= 0, then shares in 0..1.
inline constexpr std::size_t kEngagementCount = 5;
inline constexpr std::array<const char*, kEngagementCount> kEngagementColumns = {
    "plays", "likes", "comments", "skip_rate", "completion"};

}  // namespace engine
