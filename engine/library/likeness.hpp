// Tracks that came without an id, under a name that is not quite that of one which has an id: the
// scrobble of "Search and Destory".
//
// Which     a track without a Spotify id and an ISRC that no catalogue holds, and a track of the same artist
//           that has one or is in a catalogue, of the same version (live, remix ...), whose titles are
//           alike (core/title_likeness.hpp), whose lengths, where both are known, are within five seconds, and whose
//           MusicBrainz recordings, likewise, are the same
// Of many   the likeliest; where two other titles are as likely, none
// Not       titles that every album may have, and pairs that somebody has taken apart (unmerge_tracks)
//
// Such a pair is merged, as by hand, with its score: engine library merges lists it, and engine
// library unmerge takes it apart for good.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/store.hpp"

namespace engine::library {

/// What came of one import.
struct JoinedByLikeness {
  std::int64_t tracks = 0;
  double lowest = 1;  // score among them
};

/// `least`: the score from which on they are one, in (0, 1]; 0: none is. `changed`: tracks whose
/// artists are looked at; nullptr: all. One transaction.
JoinedByLikeness join_by_likeness(Store& store, double least, std::int64_t now,
                                  const std::unordered_set<std::int64_t>* changed);

/// What comes nearest to a track among those of its artist that have an id or are in a catalogue.
struct NearestTrack {
  std::int64_t track = 0;  // 0: that artist has none
  std::string title;
  double nearness = 0;  // of the titles as they are written
};
/// In the order of `tracks`.
std::vector<NearestTrack> nearest_tracks(const Store& store,
                                         const std::vector<std::int64_t>& tracks);

}  // namespace engine::library
