// How fast kept playlists turn over: the parameter `cycling` of their recipes, 1 (hardly) to 10; and
// what rests from them, as it was played too much of late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/caller.hpp"

namespace engine::app {

inline constexpr int kLeastCycling = 1, kMostCycling = 10;

/// A track that was loved so much that it is tired.
struct RestingTrack {
  std::int64_t id = 0;  // the store's
  std::string title, artist;
  std::size_t plays = 0;              // within `within_days` up to `since`
  std::int64_t since = 0, until = 0;  // its last play with so many; when it may come again
};

/// By which rule (filtering.tired), and what rests by it: the first that may come again first.
/// Without what is banned or rejected, which does not come again.
struct Resting {
  std::size_t plays = 0;
  std::int64_t within_days = 0, rest_days = 0;
  std::vector<RestingTrack> tracks;
};

struct CycledPlaylist {
  std::string name;
  int level = 0;
  std::optional<Resting> resting;  // nothing: its recipe has no parameters `tired` and `cooldown`
};

/// The kept playlists of the caller's person whose recipe has the parameter, by name, with what
/// rests as of the caller's now.
std::vector<CycledPlaylist> cycling(const Caller& caller);

/// Sets it for the next refreshes of all of them, or of the one called `name` where that is not "".
/// Returns those that were set. Throws Error(kInput) where there is none, or where that one has no
/// such parameter.
std::vector<CycledPlaylist> set_cycling(const Caller& caller, int level, const std::string& name);

}  // namespace engine::app
