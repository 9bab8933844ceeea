// Random draws without replacement, the same for the same seed on every machine.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// Numbers drawn one by one, each once, every order equally likely. A draw is O(1).
class Urn {
 public:
  explicit Urn(std::vector<std::int32_t> items) : items_(std::move(items)) {}
  explicit Urn(std::span<const std::int32_t> items) : items_(items.begin(), items.end()) {}

  [[nodiscard]] bool empty() const { return items_.empty(); }
  /// Must not be empty.
  std::int32_t draw(playlist::Random& random) {
    std::swap(items_[static_cast<std::size_t>(random.below(items_.size()))], items_.back());
    const std::int32_t drawn = items_.back();
    items_.pop_back();
    return drawn;
  }

 private:
  std::vector<std::int32_t> items_;
};

/// Tickets drawn with probability proportional to whole-number weights, which can change.
/// A Fenwick tree of the weights: built in O(n), draw() and set() are O(log n), sums are exact.
class Lottery {
 public:
  explicit Lottery(std::vector<std::uint64_t> weights)
      : weights_(std::move(weights)), sums_(weights_.size() + 1) {
    for (std::size_t i = 1; i < sums_.size(); ++i) {
      sums_[i] += weights_[i - 1];
      total_ += weights_[i - 1];
      const std::size_t parent = i + (i & (0 - i));
      if (parent < sums_.size()) sums_[parent] += sums_[i];
    }
    while (top_ * 2 < sums_.size()) top_ *= 2;
  }

  [[nodiscard]] bool empty() const { return total_ == 0; }
  /// Must not be empty. One random number.
  std::size_t draw(playlist::Random& random) const {
    std::uint64_t left = random.below(total_);
    std::size_t at = 0;  // the tickets before it weigh no more than `left`
    for (std::size_t step = top_; step > 0; step /= 2) {
      if (at + step < sums_.size() && sums_[at + step] <= left) {
        at += step;
        left -= sums_[at];
      }
    }
    return at;
  }
  void set(std::size_t ticket, std::uint64_t weight) {
    // Modulo 2^64, so that a smaller weight subtracts.
    const std::uint64_t more = weight - std::exchange(weights_[ticket], weight);
    total_ += more;
    for (std::size_t i = ticket + 1; i < sums_.size(); i += i & (0 - i)) sums_[i] += more;
  }
  void remove(std::size_t ticket) { set(ticket, 0); }

 private:
  std::vector<std::uint64_t> weights_, sums_;
  std::uint64_t total_ = 0;
  std::size_t top_ = 1;  // the largest power of two within the tree
};
