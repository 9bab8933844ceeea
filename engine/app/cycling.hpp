// How fast kept playlists turn over: the parameter `cycling` of their recipes, 1 (hardly) to 10.
#pragma once

#include <string>
#include <vector>

#include "app/caller.hpp"

namespace engine::app {

inline constexpr int kLeastCycling = 1, kMostCycling = 10;

struct CycledPlaylist {
  std::string name;
  int level = 0;
};

/// The kept playlists of the caller's person whose recipe has the parameter, by name.
std::vector<CycledPlaylist> cycling(const Caller& caller);

/// Sets it for the next refreshes of all of them, or of the one called `name` where that is not "".
/// Returns those that were set. Throws Error(kInput) where there is none, or where that one has no
/// such parameter.
std::vector<CycledPlaylist> set_cycling(const Caller& caller, int level, const std::string& name);

}  // namespace engine::app
