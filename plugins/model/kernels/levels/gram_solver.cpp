#include "gram_solver.hpp"

#include "shared/levels/level_name.hpp"

// Everything here is inlined or local: how vectors are returned without AVX-512 is nobody's
// concern.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace model {
namespace {

constexpr std::int64_t kLanes = kGramLanes;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), may_alias));
typedef double Sums __attribute__((vector_size(kLanes * sizeof(double))));

inline Lanes& lanes(float* rows, std::int64_t row) {
  return *reinterpret_cast<Lanes*>(rows + row * kLanes);
}
inline const Lanes& lanes(const float* rows, std::int64_t row) {
  return *reinterpret_cast<const Lanes*>(rows + row * kLanes);
}

/// Of tens of thousands of products: float would lose what convergence is told by.
inline void add(Sums& sums, const Lanes& a, const Lanes& b) {
  sums += __builtin_convertvector(a * b, Sums);
}

/// Per lane above / below, 0 where below is: a lane that is solved already stands still.
inline Lanes ratio(const Sums& above, const Sums& below) {
  Lanes result;
  for (int lane = 0; lane < kLanes; ++lane)
    result[lane] = below[lane] > 0 ? static_cast<float>(above[lane] / below[lane]) : 0;
  return result;
}

/// Sum over the entries of a row of value * given[column]. What it gathers lies anywhere, so it is
/// fetched ahead, across the ends of rows.
inline Lanes gathered(const GramRows& rows, std::int64_t row, const float* given) {
  constexpr std::int64_t kAhead = 12;
  const std::int64_t last = rows.offsets[rows.count] - 1;
  Lanes sum{};
  for (std::int64_t k = rows.offsets[row]; k < rows.offsets[row + 1]; ++k) {
    const std::int64_t ahead = k + kAhead < last ? k + kAhead : last;
    __builtin_prefetch(given + rows.columns[ahead] * kLanes);
    sum += rows.values[k] * lanes(given, rows.columns[k]);
  }
  return sum;
}

struct Vectors {
  float *residual, *direction, *image, *by_user;
};

/// image = (X^T X + ridge I) direction; returns direction' image.
Sums multiply(const GramSystem& system, const Vectors& at) {
  for (std::int64_t user = 0; user < system.users.count; ++user)
    lanes(at.by_user, user) = gathered(system.users, user, at.direction);
  Sums sums{};
  for (std::int64_t track = 0; track < system.tracks.count; ++track) {
    const Lanes& direction = lanes(at.direction, track);
    const Lanes image = gathered(system.tracks, track, at.by_user) + system.ridge * direction;
    lanes(at.image, track) = image;
    add(sums, direction, image);
  }
  return sums;
}

/// x += step direction, residual -= step image; returns residual' D^-1 residual.
Sums advance(const GramSystem& system, const Lanes& step, const Vectors& at, float* x) {
  Sums sums{};
  for (std::int64_t track = 0; track < system.tracks.count; ++track) {
    lanes(x, track) += step * lanes(at.direction, track);
    const Lanes residual = lanes(at.residual, track) - step * lanes(at.image, track);
    lanes(at.residual, track) = residual;
    add(sums, residual, residual / system.diagonal[track]);
  }
  return sums;
}

/// direction = D^-1 residual + share direction.
void turn(const GramSystem& system, const Lanes& share, const Vectors& at) {
  for (std::int64_t track = 0; track < system.tracks.count; ++track) {
    Lanes& direction = lanes(at.direction, track);
    direction = lanes(at.residual, track) / system.diagonal[track] + share * direction;
  }
}

Vectors vectors_of(const GramSystem& system, float* scratch) {
  const std::int64_t size = system.tracks.count * kLanes;
  return {scratch, scratch + size, scratch + 2 * size, scratch + 3 * size};
}

std::size_t scratch(const GramSystem& system) {
  return static_cast<std::size_t>((3 * system.tracks.count + system.users.count) * kLanes);
}

std::int32_t solve(const GramSystem& system, std::int32_t first, float* x, float* scratch) {
  const Vectors at = vectors_of(system, scratch);
  for (std::int64_t track = 0; track < system.tracks.count; ++track)
    lanes(x, track) = lanes(at.residual, track) = lanes(at.direction, track) = Lanes{};
  Sums before{};
  for (std::int32_t lane = 0; lane < kLanes && first + lane < system.tracks.count; ++lane) {
    lanes(at.residual, first + lane)[lane] = 1;
    before[lane] = 1.0 / system.diagonal[first + lane];
  }
  turn(system, Lanes{}, at);
  const Sums enough = before * (static_cast<double>(system.tolerance) * system.tolerance);
  for (std::int32_t steps = 1;; ++steps) {
    const Sums after = advance(system, ratio(before, multiply(system, at)), at, x);
    bool is_done = true;
    for (int lane = 0; lane < kLanes; ++lane) is_done = is_done && after[lane] <= enough[lane];
    if (is_done || steps == system.most_steps) return steps;
    turn(system, ratio(after, before), at);
    before = after;
  }
}

}  // namespace

extern const GramSolver PLAYLIST_LEVEL_NAME(kGramSolver_);
const GramSolver PLAYLIST_LEVEL_NAME(kGramSolver_) = {scratch, solve};

}  // namespace model
