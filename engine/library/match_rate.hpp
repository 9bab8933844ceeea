// How much of a person's history the catalogue knows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine::library {

/// A play counts as matched by id when its track is in the catalogue and one of its outside ids
/// came from both the catalogue and an export; as matched by name when its track is in the
/// catalogue otherwise.
struct MatchRate {
  std::int64_t plays = 0, plays_by_id = 0, plays_by_name = 0;
  std::int64_t tracks = 0, tracks_by_id = 0, tracks_by_name = 0;
};
/// Of everything the user listened to.
MatchRate match_rate(const Store& store, std::int64_t user_id);

/// True when a catalogue was ever imported.
bool has_catalogue(const Store& store);

struct UnmatchedTrack {
  std::int64_t track_id = 0, plays = 0;
  std::string title, artist, album, spotify_id;
};
/// Tracks of the user's listens and likes that no catalogue holds, the most played first.
std::vector<UnmatchedTrack> unmatched_tracks(const Store& store, std::int64_t user_id,
                                             std::int64_t limit);

}  // namespace engine::library
