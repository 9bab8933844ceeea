#include "gram_solver.hpp"

#include "shared/levels/lanes.hpp"
#include "shared/levels/level_name.hpp"

namespace model {
namespace {

constexpr std::size_t kVectors = kGramLanes / kLanes;

/// A number of each of the systems. Vectors are never wider than a register is: GCC keeps those in
/// memory.
struct Row {
  Lanes parts[kVectors];
};

/// make(v): the row's vector v.
template <typename Make>
inline Row row_of(const Make& make) {
  Row row;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) row.parts[v] = make(v);
  return row;
}
inline Row operator+(const Row& a, const Row& b) {
  return row_of([&](std::size_t v) { return a.parts[v] + b.parts[v]; });
}
inline Row operator-(const Row& a, const Row& b) {
  return row_of([&](std::size_t v) { return a.parts[v] - b.parts[v]; });
}
inline Row operator*(const Row& a, const Row& b) {
  return row_of([&](std::size_t v) { return a.parts[v] * b.parts[v]; });
}
inline Row operator*(float a, const Row& b) {
  return row_of([&](std::size_t v) { return a * b.parts[v]; });
}
inline Row operator/(const Row& a, float b) {
  return row_of([&](std::size_t v) { return a.parts[v] / b; });
}

inline Row load_row(const float* rows, std::int64_t row) {
  const float* from = rows + row * kGramLanes;
  return row_of([&](std::size_t v) { return load_aligned(from + v * kLanes); });
}
inline void store_row(float* rows, std::int64_t row, const Row& values) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v)
    store_aligned(rows + row * kGramLanes + v * kLanes, values.parts[v]);
}

struct Sums {
  double of[kGramLanes] = {};

  /// Of tens of thousands of products: float would lose what convergence is told by.
  void add(const Row& a, const Row& b) {
    float products[kGramLanes];
    for (std::size_t v = 0; v < kVectors; ++v)
      store(products + v * kLanes, a.parts[v] * b.parts[v]);
    for (std::int32_t lane = 0; lane < kGramLanes; ++lane) of[lane] += products[lane];
  }
};

/// Per lane above / below, 0 where below is: a lane that is solved already stands still.
inline Row ratio(const Sums& above, const Sums& below) {
  float ratios[kGramLanes];
  for (int lane = 0; lane < kGramLanes; ++lane) {
    ratios[lane] = below.of[lane] > 0 ? static_cast<float>(above.of[lane] / below.of[lane]) : 0;
  }
  return row_of([&](std::size_t v) { return load(ratios + v * kLanes); });
}

/// Sum over the entries of a row of value * given[column]. What it gathers lies anywhere, so it is
/// fetched ahead, across the ends of rows.
inline Row gathered(const GramRows& rows, std::int64_t row, const float* given) {
  constexpr std::int64_t kAhead = 12;
  const std::int64_t last = rows.offsets[rows.count] - 1;
  Row sum{};
  for (std::int64_t k = rows.offsets[row]; k < rows.offsets[row + 1]; ++k) {
    const std::int64_t ahead = k + kAhead < last ? k + kAhead : last;
    __builtin_prefetch(given + rows.columns[ahead] * kGramLanes);
    sum = sum + rows.values[k] * load_row(given, rows.columns[k]);
  }
  return sum;
}

struct Vectors {
  float *residual, *direction, *image, *by_user;
};

/// image = (X^T X + ridge I) direction; returns direction' image.
Sums multiply(const GramSystem& system, const Vectors& at) {
  for (std::int64_t user = 0; user < system.users.count; ++user)
    store_row(at.by_user, user, gathered(system.users, user, at.direction));
  Sums sums{};
  for (std::int64_t track = 0; track < system.tracks.count; ++track) {
    const Row direction = load_row(at.direction, track);
    const Row image = gathered(system.tracks, track, at.by_user) + system.ridge * direction;
    store_row(at.image, track, image);
    sums.add(direction, image);
  }
  return sums;
}

/// x += step direction, residual -= step image; returns residual' D^-1 residual.
Sums advance(const GramSystem& system, const Row& step, const Vectors& at, float* x) {
  Sums sums{};
  for (std::int64_t track = 0; track < system.tracks.count; ++track) {
    store_row(x, track, load_row(x, track) + step * load_row(at.direction, track));
    const Row residual = load_row(at.residual, track) - step * load_row(at.image, track);
    store_row(at.residual, track, residual);
    sums.add(residual, residual / system.diagonal[track]);
  }
  return sums;
}

/// direction = D^-1 residual + share direction.
void turn(const GramSystem& system, const Row& share, const Vectors& at) {
  for (std::int64_t track = 0; track < system.tracks.count; ++track) {
    store_row(at.direction, track,
              load_row(at.residual, track) / system.diagonal[track] +
                  share * load_row(at.direction, track));
  }
}

Vectors vectors_of(const GramSystem& system, float* scratch) {
  const std::int64_t size = system.tracks.count * kGramLanes;
  return {scratch, scratch + size, scratch + 2 * size, scratch + 3 * size};
}

std::size_t scratch(const GramSystem& system) {
  return static_cast<std::size_t>((3 * system.tracks.count + system.users.count) * kGramLanes);
}

std::int32_t solve(const GramSystem& system, std::int32_t first, float* x, float* scratch) {
  const Vectors at = vectors_of(system, scratch);
  for (std::int64_t track = 0; track < system.tracks.count; ++track) {
    store_row(x, track, Row{});
    store_row(at.residual, track, Row{});
    store_row(at.direction, track, Row{});
  }
  Sums before, enough;
  for (std::int32_t lane = 0; lane < kGramLanes && first + lane < system.tracks.count; ++lane) {
    at.residual[(first + lane) * kGramLanes + lane] = 1;
    before.of[lane] = 1.0 / system.diagonal[first + lane];
    enough.of[lane] = before.of[lane] * (static_cast<double>(system.tolerance) * system.tolerance);
  }
  turn(system, Row{}, at);
  for (std::int32_t steps = 1;; ++steps) {
    const Sums after = advance(system, ratio(before, multiply(system, at)), at, x);
    bool is_done = true;
    for (int lane = 0; lane < kGramLanes; ++lane)
      is_done = is_done && after.of[lane] <= enough.of[lane];
    if (is_done || steps == system.most_steps) return steps;
    turn(system, ratio(after, before), at);
    before = after;
  }
}

}  // namespace

extern const GramSolver PLAYLIST_LEVEL_NAME(kGramSolver_);
const GramSolver PLAYLIST_LEVEL_NAME(kGramSolver_) = {scratch, solve};

}  // namespace model
