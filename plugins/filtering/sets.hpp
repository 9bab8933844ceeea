// What a set of tracks that a recipe gave is called in a reason.
#pragma once

#include "playlist/plugin.hpp"

#include <algorithm>

/// "your library", "your bans", "your likes", or "the given tracks" for any other set.
inline const char* name_of_set(const playlist::Call& call, const playlist::Tracks& set) {
  const auto is = [&](const char* table) {
    const auto track = call.table(table)["track"].i32();
    return std::equal(track.begin(), track.end(), set.track().begin(), set.track().end());
  };
  if (set.empty()) return "the given tracks";
  if (is("library")) return "your library";
  if (is("banned")) return "your bans";
  return is("likes") ? "your likes" : "the given tracks";
}
