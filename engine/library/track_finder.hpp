// Which track of the store is meant by whoever only reads it: by an id, else by its name.
//
// Ids    Spotify id, ISRC, MusicBrainz id, in this order, as import/track_matcher.hpp has them.
// Names  artist, title and version as core/text_key.hpp takes them apart, and the names of tracks
//        that were joined with another; the album tells apart what every album may have ("Intro").
//        Of several the smallest number. Neither lengths are looked at nor texts that join several
//        artists: nothing is made of a row here, so that a wrong one is worse than none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/store.hpp"

namespace engine::library {

/// "" where it is not told.
struct TrackNames {
  std::string_view spotify_id, isrc, mbid, title, artist, album;
};

/// Outlived by the store. Threads: one at a time.
class TrackFinder {
 public:
  explicit TrackFinder(const Store& store);

  /// The track's id; 0: there is none.
  std::int64_t find(const TrackNames& named);

 private:
  std::int64_t find_id(std::int64_t kind, std::string_view id);
  std::int64_t find_name(const TrackNames& named);

  Statement by_id_, by_key_, by_alias_;
  std::unordered_map<std::string, std::int64_t>
      known_;  // by what was asked, with its kind before it
};

}  // namespace engine::library
