// Which track of the store a row means: by Spotify id, ISRC or MusicBrainz id, else by the key of
// artist, title and version.
//
// A track found by its key must not differ by more than 10 s where both lengths are known: that is
// another recording. Of several the one with the smallest number is taken. Whatever the row knows
// and the track lacks is added to the track: ids (a track may have several of a kind), album,
// length, names. Nothing known is overwritten.
//
// The outcome for a row depends only on the store and the row, and once a row is applied, applying
// it again changes nothing; so an import that was killed and repeated ends in the same store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "import/name_book.hpp"
#include "store/store.hpp"

namespace engine::import {

/// What a row says about its track; "" and -1 where it does not.
struct TrackIdentity {
  std::string_view title;
  std::string_view artist;     // several joined by '\x1f'
  std::string_view artist_id;  // likewise, in the order of `artist`
  std::string_view album, spotify_id, isrc, mbid, artist_mbid;
  std::int32_t duration_ms = -1;
};

struct MatchedTrack {
  std::int64_t id = 0;      // 0: the row names no track
  bool is_new = false;      // it was made for this row
  bool is_changed = false;  // the track learned something
};

class TrackMatcher {
 public:
  static constexpr std::int32_t kSameRecordingMs = 10'000;

  TrackMatcher(Store& store, NameBook& names);

  /// `is_catalogue`: the row comes from a catalogue, so its track was always there to find.
  MatchedTrack find_or_make(const TrackIdentity& row, bool is_catalogue);

  /// Length of a track in ms, -1 unknown.
  std::int32_t duration_ms(std::int64_t track);

  /// Grows whenever rows seen before might now mean another track (a track known by id only got a
  /// name); answers kept from before are of no use then.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// Another process wrote to the store.
  void forget();

 private:
  static constexpr std::int32_t kNotLooked = -2;
  void keep_duration(std::int64_t track, std::int32_t duration_ms);

  enum IdKind { kSpotify = 1, kIsrc = 2, kMbid = 3 };
  struct KnownId {
    std::int64_t track = 0;
    int origin = 0;
  };
  struct RowArtists {
    std::vector<std::int64_t> ids;  // distinct, the primary one first; empty when unknown
    std::string primary_name;       // as the store spells it when the row gives an id only
  };

  RowArtists artists_of(const TrackIdentity& row);
  std::string artist_name(std::int64_t artist);
  KnownId find_id(IdKind kind, std::string_view id);
  std::int64_t find_by_id(const TrackIdentity& row);
  std::int64_t find_by_key(const std::string& key, std::int32_t duration_ms);
  std::int64_t insert(const TrackIdentity& row, const RowArtists& artists, bool is_catalogue);
  bool complete(std::int64_t track, const TrackIdentity& row, const RowArtists& artists,
                bool is_catalogue);
  bool name_track(std::int64_t track, const TrackIdentity& row, const RowArtists& artists);
  bool add_artists(std::int64_t track, const RowArtists& artists);
  bool add_ids(std::int64_t track, const TrackIdentity& row, bool is_catalogue);
  bool add_id(std::int64_t track, IdKind kind, std::string_view id, int origin);

  Store& store_;
  NameBook& names_;
  Statement find_id_, insert_id_, set_origin_, find_key_, find_alias_, has_merges_, insert_track_,
      look_, fill_, name_, insert_artist_, count_artists_, artist_name_, duration_;
  std::vector<std::int32_t> durations_;  // by track number; kNotLooked, or as duration_ms()
  std::uint64_t generation_ = 1;
  bool is_merged_ = false;  // somebody merged tracks by hand
};

}  // namespace engine::import
