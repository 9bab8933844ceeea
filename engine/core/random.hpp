// The engine's own random numbers: the same on every machine and compiler.
#pragma once

#include "playlist/random.hpp"

#include <cmath>
#include <cstdint>
#include <string_view>

namespace engine {

/// FNV-1a over the text, folded into `seed`: names a stream of a run.
inline std::uint64_t mix_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 1469598103934665603ull ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash ^ (hash >> 31);
}

/// splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return playlist::splitmix64(state_); }
  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// Standard Gumbel, for drawing without replacement by adding it to log weights.
  double gumbel() {
    return -std::log(-std::log((static_cast<double>(next() >> 11) + 0.5) * 0x1.0p-53));
  }

 private:
  std::uint64_t state_;
};

}  // namespace engine
