// Whether a plan can play what its listener banned.
//
// Nothing keeps banned tracks out behind a recipe's back: a recipe says so with
// :filter(pl.filtering.banned {}), where `why-not` and the trace find it, or leaves it out on
// purpose. `engine check` tells of one that does not say so.
#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace engine {

/// Where tracks come from that reach the list without a step that keeps banned ones out: recalls
/// and the user's sets, in the order of the plan. Such a step is filtering.banned, and a
/// filtering.not_in or a difference of user.banned. :or_last and :or_implicit bring tracks of their
/// own, whatever was filtered before them.
std::vector<int> lets_banned_in(const Plan& plan);

}  // namespace engine
