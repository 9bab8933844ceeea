// Whether a plan must come out short: how many tracks a list is meant to have, and how many each
// node can give at most.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace engine {

/// "this recipe may return fewer than N tracks, because ..."
struct Shortage {
  std::int64_t wanted = 0;  // N
  std::string because;      // one sentence
  std::string where;        // the recipe's line of the step that causes it
  std::string source;       // that line
  std::string fix;
};

/// What leaves the plan's list with fewer tracks than its last :limit or :top asks for, whatever
/// the library holds. Empty when nothing does, or when the list has no length of its own.
///
/// Bounds   The `limit` of a recall, the counts of :top :seeds :sample :most_played and the
///          tracks of a :limit bound what a node gives; combiners add up their branches.
/// Later    A filter behind the list's length takes tracks that nothing replaces.
/// Silent   What only a run can tell: how many tracks a filter, a :since or a recall from seeds
///          leaves. A recipe that ends rather than fills up is a good one, and the run says why its
///          list is short.
std::vector<Shortage> shortages(const Plan& plan, double default_track_seconds);

}  // namespace engine
