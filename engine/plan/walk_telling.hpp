// What a walk tells of its moves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/tables.hpp"
#include "plan/walk_choice.hpp"

namespace engine {

/// How a track came to be chosen from.
enum class WalkOrigin : std::uint8_t {
  kStart,  // nothing was heard before
  kNear,   // a neighbour of the track before
  kJump,   // the nearest that was left, as all neighbours of the track before had come
  kOnWay,  // a neighbour of a point on the way
  kLot,    // drawn by lot
  kAnew,   // drawn by lot, as no neighbour was left
  kBlind,  // drawn by lot, as the track before has no place in the space
};

/// "WALK: like "Title" by Artist (0.83), last played 41 days ago". `before`: the track before it,
/// which is named, as another order may part the two.
/// `hours`: since it was played; NaN never.
std::string walk_explanation(const Tables& tables, WalkOrigin origin, std::int32_t before,
                             float similarity, float hours);

/// "12 % likely of 55; the next best was "Title" by Artist: similarity 0.83 against 0.79 (+0.4)",
/// without the columns that both have alike. `drawn`: its place in the choice, which `score` has
/// scored last.
std::string walk_chosen_over(const Tables& tables, const WalkScore& score, const WalkChoice& choice,
                             const std::vector<float>& scores, std::size_t drawn,
                             double propensity);

}  // namespace engine
