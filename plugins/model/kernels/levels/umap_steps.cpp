// See ../umap_steps.hpp.
#include "../umap_steps.hpp"

namespace model::PLAYLIST_LEVEL {
namespace {

// Where vectors are narrower these are passed in memory, which only functions of this file do.
#pragma GCC diagnostic ignored "-Wpsabi"

typedef float Eight __attribute__((vector_size(kPlaceLanes * sizeof(float))));
typedef float LooseEight
    __attribute__((vector_size(kPlaceLanes * sizeof(float)), aligned(4), may_alias));
constexpr float kMostForce = 4;  // of one pair along one axis, as in the paper's implementation

inline Eight load(const float* from) {
  return *reinterpret_cast<const LooseEight*>(from);
}
inline void store(float* to, Eight values) {
  *reinterpret_cast<LooseEight*>(to) = values;
}
inline float sum(Eight v) {
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  return v[0] + v[1];
}
inline Eight clipped(Eight v) {
  const Eight most = kMostForce - Eight{};
  v = v > most ? most : v;
  return v < -most ? -most : v;
}
inline float clipped(float v) {
  v = v > kMostForce ? kMostForce : v;
  return v < -kMostForce ? -kMostForce : v;
}

inline float force_at(const ForceTable& table, float squared) {
  constexpr float kLeast = 2.3283064e-10f, kMost = 4.2949668e9f;  // 2^-32, and just below 2^32
  squared = squared < kLeast ? kLeast : squared;
  squared = squared > kMost ? kMost : squared;
  constexpr int kShift = 23 - 6;  // a float's bits below those that number the step
  static_assert(kForceSteps == 1 << 6);
  std::uint32_t bits = 0;
  __builtin_memcpy(&bits, &squared, sizeof bits);
  const std::uint32_t at =
      (bits >> kShift) - static_cast<std::uint32_t>((127 + kLeastExponent) << (23 - kShift));
  const float part =
      static_cast<float>(bits & ((1u << kShift) - 1)) * (1.0f / static_cast<float>(1u << kShift));
  const float here = table.value[at];
  return here + part * (table.value[at + 1] - here);
}

/// Knuth's MMIX generator; its upper half is used.
struct Draws {
  std::uint64_t state;
  std::uint32_t below(std::uint32_t count) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(((state >> 32) * count) >> 32);
  }
};
/// A generator for each row and epoch, so that rows may move in any order.
inline Draws draws_of(std::uint64_t seed, std::int32_t row) {
  std::uint64_t z = seed + static_cast<std::uint64_t>(row) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return {z ^ (z >> 31)};
}

inline bool is_drawn(std::uint32_t rate, std::uint32_t epoch) {
  const std::uint64_t before = static_cast<std::uint64_t>(rate) * epoch;
  return (before + rate) >> 32 != before >> 32;
}

inline const float* place_of(const UmapStep& step, std::int32_t row) {
  return (row < step.moved ? step.next : step.now) + static_cast<std::size_t>(row) * step.stride;
}

/// The share of the way to a neighbour that a pull takes a row: as the edge pulls from its other side
/// as well, at most half of it.
inline float pull_of(const UmapStep& step, float squared) {
  const float share = -2 * step.step * force_at(step.forces->pull, squared);
  return share > 0.5f ? 0.5f : share;
}

struct Flat {
  float x, y;
};
inline Flat apart_of(const UmapStep& step, Flat place, std::int32_t row) {
  const float* other = place_of(step, row);
  return {place.x - other[0], place.y - other[1]};
}
inline float squared_of(Flat apart) {
  return apart.x * apart.x + apart.y * apart.y;
}

void move_flat(const UmapStep& step, std::int32_t begin, std::int32_t end) {
  for (std::int32_t row = begin; row < end; ++row) {
    Draws draws = draws_of(step.seed, row);
    const float* from = step.now + static_cast<std::size_t>(row) * 2;
    Flat place{from[0], from[1]};
    for (std::int64_t edge = step.offsets[row]; edge < step.offsets[row + 1]; ++edge) {
      if (!is_drawn(step.rates[edge], step.epoch)) continue;
      const Flat along = apart_of(step, place, step.indices[edge]);
      const float pull = pull_of(step, squared_of(along));
      place.x -= pull * along.x;
      place.y -= pull * along.y;
      Flat push{0, 0};
      for (int k = 0; k < step.negatives; ++k) {
        const auto drawn = static_cast<std::int32_t>(draws.below(step.rows));
        if (drawn == row) continue;
        const Flat apart = apart_of(step, place, drawn);
        const float force = force_at(step.forces->push, squared_of(apart));
        push.x += clipped(force * apart.x);
        push.y += clipped(force * apart.y);
      }
      place.x += step.step * push.x;
      place.y += step.step * push.y;
    }
    float* to = step.next + static_cast<std::size_t>(row) * 2;
    to[0] = place.x;
    to[1] = place.y;
  }
}

template <int Parts>
struct Wide {
  Eight part[Parts];
};

template <int Parts>
[[gnu::always_inline]] inline float apart_of(const UmapStep& step, const Wide<Parts>& place,
                                             std::int32_t row, Wide<Parts>& apart) {
  const float* other = place_of(step, row);
  Eight squares{};
  for (int p = 0; p < Parts; ++p) {
    apart.part[p] = place.part[p] - load(other + p * static_cast<int>(kPlaceLanes));
    squares += apart.part[p] * apart.part[p];
  }
  return sum(squares);
}

template <int Parts>
void move_wide(const UmapStep& step, std::int32_t begin, std::int32_t end) {
  constexpr int kLanesOfPlace = static_cast<int>(kPlaceLanes);
  for (std::int32_t row = begin; row < end; ++row) {
    Draws draws = draws_of(step.seed, row);
    const float* from = step.now + static_cast<std::size_t>(row) * step.stride;
    Wide<Parts> place;
    for (int p = 0; p < Parts; ++p) place.part[p] = load(from + p * kLanesOfPlace);
    for (std::int64_t edge = step.offsets[row]; edge < step.offsets[row + 1]; ++edge) {
      if (!is_drawn(step.rates[edge], step.epoch)) continue;
      Wide<Parts> apart;
      const float pull = pull_of(step, apart_of(step, place, step.indices[edge], apart));
      for (int p = 0; p < Parts; ++p) place.part[p] -= pull * apart.part[p];
      const Wide<Parts> pushed = place;
      for (int k = 0; k < step.negatives; ++k) {
        const auto drawn = static_cast<std::int32_t>(draws.below(step.rows));
        if (drawn == row) continue;
        const float force = force_at(step.forces->push, apart_of(step, pushed, drawn, apart));
        for (int p = 0; p < Parts; ++p) place.part[p] += step.step * clipped(force * apart.part[p]);
      }
    }
    float* to = step.next + static_cast<std::size_t>(row) * step.stride;
    for (int p = 0; p < Parts; ++p) store(to + p * kLanesOfPlace, place.part[p]);
  }
}

void move(const UmapStep& step, std::int32_t begin, std::int32_t end) {
  if (step.dim == 2) return move_flat(step, begin, end);
  switch (step.stride / kPlaceLanes) {
    case 1:
      return move_wide<1>(step, begin, end);
    case 2:
      return move_wide<2>(step, begin, end);
    case 3:
      return move_wide<3>(step, begin, end);
    case 4:
      return move_wide<4>(step, begin, end);
    default:
      return move_wide<8>(step, begin, end);
  }
}

}  // namespace

extern const UmapSteps kUmapSteps;
const UmapSteps kUmapSteps = {move};

}  // namespace model::PLAYLIST_LEVEL
