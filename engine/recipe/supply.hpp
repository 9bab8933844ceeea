// Whether a plan can come out short: how many tracks a list is meant to have, how many each node
// can give at most, and what may leave it with fewer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recipe/plan.hpp"

namespace engine {

/// "this recipe may return fewer than N tracks, because ..."
struct Shortage {
  std::int64_t wanted = 0;  // N
  std::string because;      // one sentence
  std::string where;        // the recipe's line of the step that causes it
  std::string source;       // that line
  std::string others;       // further steps that do the same, with their places; may be empty
  std::string fix;
};

/// What may leave the plan's list with fewer tracks than its last :limit or :top asks for. Empty
/// when nothing does, or when the list has no length of its own.
///
/// Bounds   The `limit` of a recall, the counts of :top :seeds :sample :most_played and the
///          tracks of a :limit bound what a node gives; combiners add up their branches.
/// Dry      A filter, a difference, a :since and a recall from seeds may leave any number, none
///          too. Not told where something stands behind it that has no such bound: `otherwise` of
///          a pl.mix branch, another branch of pl.alternate, pl.concat, pl.blend or a union, the
///          last branch of pl.fallback, :or_last.
/// Silent   That a whole library may be too small.
std::vector<Shortage> shortages(const Plan& plan, double default_track_seconds);

}  // namespace engine
