// How far apart two tracks are for who mixes them: keys on the Camelot wheel, tempos in octaves.
//
// scripts/formulas.lua has the same for recipes, where formulas stay compiled only as Lua; a test
// holds the two together for every pair of keys.
#pragma once

#include <cmath>
#include <cstdint>

namespace shared {

/// The number on the Camelot wheel, 1..12, of a key (0 = C ... 11 = B) in a mode (1 major, 0
/// minor): a fifth up is one step on, and a major key has the number of its relative minor.
constexpr std::int32_t camelot(std::int32_t key, std::int32_t mode) {
  return (7 * (key + 3 * (1 - mode)) + 7) % 12 + 1;
}

/// Steps on the wheel: around it the short way, and one more between major and minor. 0 is the same
/// key, 1 mixes well, 7 is as far as it gets.
constexpr std::int32_t camelot_distance(std::int32_t key_a, std::int32_t mode_a, std::int32_t key_b,
                                        std::int32_t mode_b) {
  const std::int32_t a = camelot(key_a, mode_a), b = camelot(key_b, mode_b);
  const std::int32_t steps = a < b ? b - a : a - b;
  return (steps > 6 ? 12 - steps : steps) + (mode_a != mode_b ? 1 : 0);
}
constexpr std::int32_t kFarthestKeys = 7;

/// How well two keys follow each other, graded: 1 the same; 0.9 one step on the wheel, or the
/// relative; 0.55 two steps; 0.45 one step and the other mode; 0.1 a clash.
constexpr float key_affinity(std::int32_t key_a, std::int32_t mode_a, std::int32_t key_b,
                             std::int32_t mode_b) {
  switch (camelot_distance(key_a, mode_a, key_b, mode_b)) {
    case 0:
      return 1;
    case 1:
      return 0.9F;
    case 2:
      return mode_a == mode_b ? 0.55F : 0.45F;
    default:
      return 0.1F;
  }
}

/// A key and a mode that a source could have told; others count as missing.
constexpr bool is_key(std::int32_t key, std::int32_t mode) {
  return key >= 0 && key <= 11 && mode >= 0 && mode <= 1;
}

/// How far apart two tempos are that lie so many octaves apart, where half and double time count as
/// the same: 0..0.5. 120 against 60 is 0, 120 against 132 is 0.14.
inline double octave_distance(double octaves) {
  return std::abs(octaves - std::floor(octaves + 0.5));
}
constexpr double kFarthestTempos = 0.5;

}  // namespace shared
