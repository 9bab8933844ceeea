// What kind of outside id a text is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine::import {

/// An id of a track, brought into the form in which `track_ids` holds it.
struct TrackIdText {
  /// The first three are numbered as track_ids.kind.
  enum class Kind { kNone = 0, kSpotify = 1, kIsrc = 2, kMbid = 3, kNumber = 4 };
  Kind kind = Kind::kNone;
  std::string text;         // "" for kNumber
  std::int64_t number = 0;  // the store's track_id
};

/// A Spotify id (22 letters and digits; also spotify:track:ID and open.spotify.com/track/ID), an
/// ISRC (with or without '-'), a MusicBrainz recording id (a UUID; also an address that ends in
/// one), or a number; blanks around it are ignored.
TrackIdText read_track_id(std::string_view text);

}  // namespace engine::import
