// In which order a baseline lists what it takes for equally good.
//
// Not by number or id: a store numbers tracks and artists as they are imported, person by person, so
// that a low one tells, as of any date, that somebody imported early plays it, be it later: the
// listener themself, perhaps. Equal ones stand in an order that says nothing, the same in every run.
#pragma once

#include "playlist/random.hpp"

#include <cstdint>

namespace engine::evaluate {

/// Of a track or an artist by its id in the store; lower ones go first. No two ids have the same.
constexpr std::uint64_t tie_of(std::int64_t id) {
  auto state = static_cast<std::uint64_t>(id);
  return playlist::splitmix64(state);
}

}  // namespace engine::evaluate
