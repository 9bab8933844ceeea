// A simulated year of listening to one list: the kept playlist of a recipe, or what needs no engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/simulated_listener.hpp"

namespace test {

enum class ListWay : std::uint8_t {
  kDynamic,       // recipes/dynamic.lua as a kept playlist, refreshed every morning
  kFixedShuffle,  // as many of the listener's own songs, drawn once and shuffled every morning
  kRecency,       // as many of the listener's own songs, those heard last, shuffled every morning
  kNewDraw,       // as many of the listener's own songs, drawn anew every morning
};

struct YearOptions {
  int days = 365;
  int plays = 20;          // a day
  int tracks = 60;         // of the list
  std::uint64_t seed = 1;  // of the library and of the listener
  SimulatedListener::Nature nature = {};
};

/// What happened in it.
struct Year {
  std::vector<double> through;  // share of the plays that were heard through, by week
  int refreshes = 0;
  int suggestions = 0, approved = 0;  // asked about, and taken
  int rejected = 0;                   // songs of the list that the listener rejected
  // Limits that were broken, each told:
  std::vector<std::string> broken;
  double likeness_to_beginning = 0;  // of the taste, at the end

  [[nodiscard]] double mean_through() const;
};

/// The listener of `options.seed` on a demo library of their own. The same options and way give the
/// same year. Of kDynamic the listener rejects a song of the list that they skipped three times in
/// a row, and answers five suggestions a week by the chance of hearing each through.
Year live_year(ListWay way, const YearOptions& options);

}  // namespace test
