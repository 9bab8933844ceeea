// Which track of the store a row means: who is what. Everything about it is said here; what a
// name's key is says core/text_key.hpp.
//
// 1. By id      Spotify id, ISRC, MusicBrainz id, in this order. An id belongs to one track. A row
//               that names ids of two tracks is evidence that these are one.
// 2. By name    the key of artist, title and version. Where both lengths are known they may differ
//               by 10 s, otherwise it is another recording; so is an id whose length turns out to
//               differ from that of the track it was taken for.
// 3. Album      titles that every album may have ("Intro", "Skit 2") are told apart by the album.
//               Without an album such a row means the artist's only track of that title, if there
//               is one.
// 4. Credits    "A, B & C" is the same as "A", if one of the names that the text may be joined from
//               (import/credits.hpp) has a track of that title. A name that somebody told as that
//               of one artist (a list of names, an export that names one) is never taken apart.
// 5. No artist  a track with a title and an id, but no artist, is the heard track of that title,
//               if only one artist has one (import/same_tracks.hpp).
// 6. No name    a track known by id only is joined when something tells its name. Until then
//               nothing recommends it (PLAYLIST_RECALL elements never see it come through).
//
// Of several tracks that fit the one with the smallest number is taken. Whatever the row knows and
// the track lacks is added to the track: ids (a track may have several of a kind), album, length,
// names. Nothing known is overwritten.
//
// Order: rules 1-4 work in both directions, so that it makes no difference whether "A" or "A, B",
// the history or the catalogue came first. What a row finds out about tracks that are in the store
// already is settled at the end of an import (import/same_tracks.hpp). Not undone is what a play
// was counted for before an id turned out to be another recording (rule 2): plays do not keep the
// id they came with.
//
// The outcome for a row depends only on the store and the row, and once a row is applied, applying
// it again changes nothing; so an import that was killed and repeated ends in the same store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/text_key.hpp"
#include "import/name_book.hpp"
#include "store/store.hpp"

namespace engine::import {

/// What a row says about its track; "" and -1 where it does not.
struct TrackIdentity {
  std::string_view title;
  std::string_view artist;     // several joined by '\x1f'
  std::string_view credit;     // instead of `artist`: one text that may join several names
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
  /// Whether tracks have got another name or artist since the last call: a row that is a duplicate
  /// in all else can say whose a track is.
  bool take_renames() { return std::exchange(has_renamed_, false); }
  /// Whether anything of a track changed that was there before a row, since the last call.
  bool take_changes_of_known() { return std::exchange(has_changed_known_, false); }
  /// Tracks that are new, or of which something is known that was not before.
  [[nodiscard]] const std::unordered_set<std::int64_t>& changed_tracks() const {
    return changed_tracks_;
  }

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
  RowArtists credited_artist(const TrackIdentity& row);
  std::string artist_name(std::int64_t artist);
  KnownId find_id(IdKind kind, std::string_view id);
  std::int64_t find_by_id(const TrackIdentity& row);
  std::int64_t find_by_key(const std::string& key, std::int32_t duration_ms);
  std::int64_t find_by_name(const TrackIdentity& row, const TextKey& key);
  std::int64_t find_album_part(const TrackIdentity& row, const TextKey& key);
  std::int64_t find_by_credit(const TrackIdentity& row, const TextKey& key);
  std::int64_t find_credited(const TrackIdentity& row);
  std::int64_t without_other_recording(std::int64_t track, const TrackIdentity& row,
                                       const RowArtists& artists);
  bool has_length(std::int64_t track, std::int32_t length);
  bool is_named(std::int64_t track);
  void load_credits();
  void remember_credit(std::int64_t track, std::string_view credit, std::string_view title,
                       std::string_view album);
  void rename(std::int64_t track, const TrackIdentity& row, const TextKey& key,
              const RowArtists& artists);
  std::int64_t insert(const TrackIdentity& row, const RowArtists& artists, const TextKey& key,
                      bool is_catalogue);
  bool complete(std::int64_t track, const TrackIdentity& row, const RowArtists& artists,
                bool is_catalogue);
  bool name_track(std::int64_t track, const TrackIdentity& row, const RowArtists& artists);
  bool add_artists(std::int64_t track, const RowArtists& artists);
  bool add_ids(std::int64_t track, const TrackIdentity& row, bool is_catalogue);
  bool add_id(std::int64_t track, IdKind kind, std::string_view id, int origin);

  Store& store_;
  NameBook& names_;
  bool has_renamed_ = false, has_changed_known_ = false;
  Statement find_id_, insert_id_, set_origin_, remove_id_, other_id_, find_key_, find_keys_,
      find_alias_, has_merges_, insert_track_, look_, set_main_id_, set_keys_, fill_, name_, title_,
      clear_artists_, insert_artist_, count_artists_, artist_name_, duration_, is_credited_,
      insert_same_, credits_;
  /// Keys that tracks of a credit would have under each of its names; the first track's. Of the
  /// store's once somebody asks.
  std::unordered_map<std::string, std::int64_t> credit_keys_;
  bool has_credits_ = false;
  std::unordered_set<std::int64_t> changed_tracks_;
  std::vector<std::int32_t> durations_;  // by track number; kNotLooked, or as duration_ms()
  std::uint64_t generation_ = 1;
  bool is_merged_ = false;  // somebody merged tracks by hand
};

}  // namespace engine::import
