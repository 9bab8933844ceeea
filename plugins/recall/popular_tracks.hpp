// An artist's most popular tracks: what a recall hands the score of an artist down to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recall {

/// `best` becomes the `count` most popular of `tracks`, which come by number: the most popular
/// first, equally popular ones by number, those of unknown popularity last.
///
/// popularity  by track number, NaN where unknown
inline void most_popular(std::span<const std::int32_t> tracks, std::span<const float> popularity,
                         std::size_t count, std::vector<std::int32_t>& best) {
  best.clear();
  const auto known = [&](std::int32_t track) {
    const float value = popularity[static_cast<std::size_t>(track)];
    return std::isnan(value) ? -1.0f : value;
  };
  // Put into their places one by one: an artist has few tracks, and fewer are taken.
  for (const std::int32_t track : tracks) {
    if (best.size() == count && known(best.back()) >= known(track)) continue;
    if (best.size() == count) best.pop_back();
    const auto place =
        std::upper_bound(best.begin(), best.end(), track,
                         [&](std::int32_t a, std::int32_t b) { return known(a) > known(b); });
    best.insert(place, track);
  }
}

}  // namespace recall
