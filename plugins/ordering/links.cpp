#include "links.hpp"

#include <numeric>

Links::Links(std::size_t rows) : follower_(rows, -1), is_led_(rows), first_(rows) {
  std::iota(first_.begin(), first_.end(), 0);
  last_ = first_;
}

bool Links::add(std::int32_t leader, std::int32_t follower) {
  const auto before = static_cast<std::size_t>(leader), after = static_cast<std::size_t>(follower);
  if (follower_[before] == follower) return true;
  const bool is_circle = first_[before] == follower;
  if (follower_[before] >= 0 || is_led_[after] || is_circle) return false;
  follower_[before] = follower;
  is_led_[after] = true;
  last_[static_cast<std::size_t>(first_[before])] = last_[after];
  first_[static_cast<std::size_t>(last_[after])] = first_[before];
  return true;
}

std::vector<std::int32_t> Links::order() const {
  std::vector<std::int32_t> order;
  order.reserve(rows());
  for (std::int32_t row = 0; row < static_cast<std::int32_t>(rows()); ++row) {
    if (is_led(row)) continue;
    for (std::int32_t at = row; at >= 0; at = follower(at)) order.push_back(at);
  }
  return order;
}
