#include "links.hpp"

#include <numeric>

std::vector<std::int32_t> followers_of(std::size_t rows, std::span<const Link> links) {
  std::vector<std::int32_t> follower(rows, -1);
  std::vector<bool> is_led(rows);
  // Of a run's first row its last, and of its last its first; others' are out of date.
  std::vector<std::int32_t> first(rows);
  std::iota(first.begin(), first.end(), 0);
  std::vector<std::int32_t> last = first;
  for (const Link& link : links) {
    const auto leader = static_cast<std::size_t>(link.leader),
               led = static_cast<std::size_t>(link.follower);
    const bool is_circle = first[leader] == link.follower;
    if (follower[leader] >= 0 || is_led[led] || is_circle) continue;
    follower[leader] = link.follower;
    is_led[led] = true;
    last[static_cast<std::size_t>(first[leader])] = last[led];
    first[static_cast<std::size_t>(last[led])] = first[leader];
  }
  return follower;
}

std::vector<std::int32_t> with_followers(std::span<const std::int32_t> followers) {
  std::vector<bool> is_led(followers.size());
  for (const std::int32_t follower : followers)
    if (follower >= 0) is_led[static_cast<std::size_t>(follower)] = true;
  std::vector<std::int32_t> order;
  order.reserve(followers.size());
  for (std::size_t row = 0; row < followers.size(); ++row) {
    if (is_led[row]) continue;
    for (auto at = static_cast<std::int32_t>(row); at >= 0;
         at = followers[static_cast<std::size_t>(at)])
      order.push_back(at);
  }
  return order;
}
