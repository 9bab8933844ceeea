// What `engine stats` tells: how much one user listened, to what, and how well the library knows
// it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/as_of.hpp"

namespace engine {

struct TopEntry {
  std::int64_t id = 0;  // the store's id of the track or artist; 0 for genres, devices
  std::string name;
  std::string artist;  // of a track
  std::int64_t plays = 0;
};

/// As of the tables' `now`. A play is a listen long enough by the play rule.
struct ListeningSummary {
  std::int64_t listens = 0, plays = 0, skips = 0;
  std::int64_t private_listens = 0;  // left out of everything else
  double hours = 0;                  // of listens whose length is known
  std::int64_t first = 0, last = 0;  // starts of the first and last listen; 0 without listens
  std::int64_t tracks_heard = 0, artists_heard = 0;  // with at least one play
  std::int64_t likes = 0, library = 0, saved_artists = 0;
  std::int64_t tracks = 0, artists = 0, tags = 0;  // of the catalogue
  /// Listens, and different tracks heard, that a catalogue knows; -1 without listens.
  double matched_listens_share = -1, matched_tracks_share = -1;
  std::vector<TopEntry> top_tracks, top_artists, top_genres;  // by plays, then number
  std::vector<TopEntry> devices;                              // all that exports told of, likewise
  std::vector<FeatureCoverage> coverage;                      // of all tracks
  std::vector<FeatureCoverage> heard_coverage;                // of tracks_heard
};

/// How far the features are known of the tracks that were played.
std::vector<FeatureCoverage> heard_coverage(const AsOf& tables);

/// What share of them has each feature of its own; 0 where nothing was played.
std::vector<std::pair<std::string, double>> heard_feature_shares(const AsOf& tables);

/// `top` entries per list.
ListeningSummary summarise_listening(const AsOf& tables, std::size_t top);

}  // namespace engine
