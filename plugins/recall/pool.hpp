// A small store of candidates per seed, topped up when it runs low.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

struct PoolRules {
  std::size_t size = 20;           // candidates held ready
  std::size_t refill_below = 3;    // top up when fewer are left
  std::size_t failed_refills = 3;  // this many in a row without anything new: given up
};

/// Candidates of one seed, in the order they were drawn.
template <class Candidate>
class Pool {
 public:
  /// The next candidate into `candidate`; false when the pool is empty and given up.
  /// `draw(candidate)` makes one try: false when it brought nothing new. A refill makes as many
  /// tries as places are free.
  template <class Draw>
  bool next(Candidate& candidate, const PoolRules& rules, Draw&& draw) {
    const std::size_t refill_below = std::min(rules.refill_below, rules.size);
    while (ready() < refill_below && failed_ < rules.failed_refills) {
      failed_ = refill(rules.size - ready(), draw) ? 0 : failed_ + 1;
      if (ready() > 0) break;
    }
    if (ready() == 0) return false;
    candidate = held_[at_++];
    return true;
  }

 private:
  [[nodiscard]] std::size_t ready() const { return held_.size() - at_; }

  template <class Draw>
  bool refill(std::size_t tries, Draw& draw) {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    const std::size_t before = held_.size();
    for (; tries > 0; --tries) {
      Candidate drawn;
      if (draw(drawn)) held_.push_back(drawn);
    }
    return held_.size() > before;
  }

  std::vector<Candidate> held_;
  std::size_t at_ = 0, failed_ = 0;
};
