// Two lists side by side: what they share, how alike their orders are, and what each is made of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "data/as_of.hpp"

namespace engine {

struct ListTrack {
  std::int64_t id = 0;  // the store's
  std::string title, artist;
};

/// What a list is made of. Shares are of its tracks and add up to 1 with what is unknown.
struct ListProfile {
  std::string name;  // "run 12", "recipes/weekly.lua discovery=0.3"
  std::vector<ListTrack> tracks;
  std::vector<std::pair<std::string, int>> artists;    // tracks of each, most first, then by name
  std::vector<std::pair<std::string, double>> genres;  // share; a track's tags share it equally
  std::vector<std::pair<std::string, double>> eras;    // "1990s", oldest first
  std::vector<double> energy;                          // ten bins of 0..1, shares
  double mean_energy = 0;                              // NaN where no track has one
  double new_share = 0;  // not in the user's library, and not heard before `now`
  double minutes = 0;
};

/// The profile of tracks by their ids in the store, as of the tables' now. Tracks that the store no
/// longer has count as unknown. Of equal counts and shares the name decides.
ListProfile profile_of(const std::string& name, std::vector<ListTrack> tracks, const AsOf& tables,
                       double default_track_seconds);

struct ListComparison {
  ListProfile a, b;
  std::vector<ListTrack> only_a, only_b;  // in list order
  struct Common {
    ListTrack track;
    int place_a, place_b;  // from 1
  };
  std::vector<Common> common;        // in a's order
  double jaccard = 0;                // common / either; 1 for two empty lists
  double kendall = 0, spearman = 0;  // of the common tracks' places; NaN for fewer than two
  double overlap_by_rank = 0;        // rank_biased_overlap(), p = 0.9
};

ListComparison compare_lists(ListProfile a, ListProfile b);

/// A table for a terminal.
std::string comparison_text(const ListComparison& comparison);
nlohmann::ordered_json comparison_json(const ListComparison& comparison);
/// A page that needs nothing else: styles and pictures (SVG) inside, light and dark.
std::string comparison_html(const ListComparison& comparison);

}  // namespace engine
