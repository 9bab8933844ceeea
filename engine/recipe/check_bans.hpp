// Whether a plan can play what its listener does not want.
//
// Nothing keeps banned or rejected tracks out behind a recipe's back: a recipe says so with
// :filter(pl.filtering.allowed {}), where `why-not` and the trace find it, or leaves it out on
// purpose. `engine check` tells of one that does not say so.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.hpp"

namespace engine {

enum class Unwanted : std::uint8_t {
  kBanned,
  kRejected,  // or put off, or banned for a time or from one list
};

/// Where tracks come from that reach the list without a step that keeps those out: recalls and the
/// user's sets, in the order of the plan. Such a step is filtering.allowed, of bans filtering.banned
/// too, and a filtering.not_in or a difference of user.banned or user.rejected. :or_last and
/// :or_implicit bring tracks of their own, whatever was filtered before them.
std::vector<int> lets_in(const Plan& plan, Unwanted unwanted);

}  // namespace engine
