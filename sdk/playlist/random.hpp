// The random numbers of a run. Written out here, so that the same seed draws the same tracks with
// every compiler and standard library: do not use <random> in an element.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace playlist {

/// splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014);
/// also a good mix of one number: `splitmix64(state)` with state = that number.
constexpr std::uint64_t splitmix64(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// xoshiro256** 1.0 (Blackman, Vigna: Scrambled Linear Pseudorandom Number Generators, 2021), its
/// state filled by splitmix64 from one seed. Call::random(stream) hands out one per named stream.
///
/// Stable: the numbers of a seed, and how each function below uses them, never change.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) word = splitmix64(seed);
  }

  /// 64 random bits.
  constexpr std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// Uniform in 0 .. n-1 without bias; 0 when n is 0. One number, seldom more (Lemire: Fast Random
  /// Integer Generation in an Interval, 2019).
  constexpr std::uint64_t below(std::uint64_t n) {
    if (n == 0) return 0;
    __extension__ typedef unsigned __int128 Wide;
    Wide product = static_cast<Wide>(next()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t threshold = (0 - n) % n;
      while (static_cast<std::uint64_t>(product) < threshold) {
        product = static_cast<Wide>(next()) * n;
      }
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  /// Uniform in [0, 1), a multiple of 2^-53. One number.
  constexpr double real() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  /// True with this probability. One number.
  constexpr bool chance(double probability) { return real() < probability; }

  /// Fisher-Yates from the end; every permutation is equally likely. size - 1 calls of below().
  template <class T>
  constexpr void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[static_cast<std::size_t>(below(i))]);
    }
  }

  /// A row drawn with probability proportional to its weight, given the running sums of the weights
  /// (each >= 0, not all 0); `sums.size()` when the last sum is not above 0. One number.
  constexpr std::size_t draw(std::span<const double> sums) {
    if (sums.empty() || !(sums.back() > 0)) return sums.size();
    const double at = real() * sums.back();
    std::size_t low = 0, high = sums.size() - 1;  // the first row whose sum is above `at`
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (sums[middle] > at) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
  }
  std::uint64_t state_[4]{};
};

}  // namespace playlist
