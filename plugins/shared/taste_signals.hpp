// What somebody's past says, at a moment, of how gladly they hear a track: the features by which
// model.taste learns it. Training and ranking read the same ones, so both mean the same numbers.
// All of them tell tracks apart; a track never heard has those of its artist and its vector.
//
// As of   A listen counts from the moment that it is over, a verdict from the second in which it
//         was given: nothing of what somebody was hearing, heard or said later is in a feature. Starts
//         and ends are whole seconds, so that one play may begin a second before the one ahead of it
//         has ended: is_over().
// Skips   A skip bears on the features that is_of_skips() names and on no other, and makes none of
//         them smaller: a model that rises with none of those never rises by a skip.
#pragma once

#include "playlist/call.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "choice_signals.hpp"
#include "preference.hpp"

namespace shared {

/// A listen of one person.
struct TasteListen {
  static constexpr float kUntold = std::numeric_limits<float>::quiet_NaN();
  std::int64_t ts = 0, end = 0;  // Unix seconds
  std::int32_t track = 0;
  std::int32_t session = 0;  // the same for listens that no long pause parts
  float fraction = kUntold;  // of the track that was heard, 0..1
  bool is_play = false;      // long enough to count
  bool is_skip = false;      // known to be one
  bool is_judged = false;    // it is known whether it is one
};

/// What a person said of a track.
struct Verdict {
  enum class Kind : std::uint8_t { kBestPlaylist, kLiked, kBanned, kRated, kApproved, kRejected };
  static constexpr std::int64_t kUndated = playlist::kMissingI64;
  std::int64_t ts = kUndated;
  std::int32_t track = 0;
  Kind kind = Kind::kLiked;
  float rating = 0;  // 1..5, of kRated
};

/// How much of a track was heard, 0..1; kUntold where one of the two is not known.
inline float fraction_heard(std::int32_t ms_played, std::int32_t duration_ms) {
  if (playlist::is_missing(ms_played) || duration_ms <= 0) return TasteListen::kUntold;
  return std::clamp(static_cast<float>(ms_played) / static_cast<float>(duration_ms), 0.0F, 1.0F);
}

/// The listens of the person of a call, by start.
std::vector<TasteListen> taste_listens(const playlist::Call& call);
/// What they said, undated first, then by time: likes, bans, what is in the playlist of this name
/// ("": of none), and what they said of suggestions and in stars, of a track or of a song in all its
/// versions, for all lists and for good. What they took back by now is not there.
std::vector<Verdict> verdicts_of(const playlist::Call& call, const std::string& best_playlist);

/// Vectors of tracks; rows of NaN, or none, for those without.
struct TrackVectors {
  std::size_t dim = 0;
  std::vector<float> values;  // by track

  /// nullptr: not known.
  [[nodiscard]] const float* of(std::int32_t track) const {
    const std::size_t at = static_cast<std::size_t>(track) * dim;
    if (dim == 0 || at + dim > values.size() || !(values[at] == values[at])) return nullptr;
    return values.data() + at;
  }
};

/// Before the vector's own places.
inline constexpr std::size_t kTasteFeatures = 19;
std::span<const SignalFeature, kTasteFeatures> taste_features();
/// More of it never says that a track is heard more gladly.
bool is_of_skips(std::size_t feature);
/// The names, one a line: what an artifact is checked by.
std::string taste_feature_names();

// ---- what there is of a track, and what that makes of its features ------------------------------

/// Plays that were not skipped, and skips.
struct TasteCounts {
  std::int32_t gladly = 0, skips = 0;
  /// As if one skip and three others were known besides.
  [[nodiscard]] float skip_rate() const {
    return (static_cast<float>(skips) + 1) / (static_cast<float>(gladly + skips) + 4);
  }
};

/// What was heard of a track by a moment, and lately: in the half year and the four weeks before.
struct TrackPast {
  static constexpr std::int64_t kMonth = 28 * 86'400, kHalfYear = 180 * 86'400;
  TasteCounts ever, half_year;
  std::int32_t plays_lately = 0, fractions = 0;
  std::int64_t first_played = 0, last_played = 0;
  float fraction = 0;  // sum of `fractions`
};

struct ArtistPast {
  TasteCounts ever;
  std::int32_t plays_lately = 0, likes = 0;
  std::int64_t last_played = 0;
};

/// What was said of a track.
struct SaidOfTrack {
  float rating = 0;    // 0: none
  float approved = 0;  // 1; -1: rejected
  bool in_best_playlist = false, is_liked = false, is_banned = false;

  void take(const Verdict& verdict);
};

/// Starts and ends are whole seconds: kRounding.
inline bool is_over(std::int64_t end, std::int64_t now) {
  constexpr std::int64_t kRounding = 2;  // seconds
  return end <= now + kRounding;
}

/// What a play of `age` seconds ago adds to the level of its track: as long ago as this, at least.
inline constexpr std::int64_t kSoonestLevel = 60;
double taste_level(std::int64_t age);

/// Of taste_features() those of the track itself, those of its artist and the likeness, in this order.
inline constexpr std::size_t kOfTrack = 13, kOfArtist = 5;
/// `level`: the sum of taste_level() of its plays.
void write_track_features(const TrackPast& track, double level, const SaidOfTrack& said,
                          std::int64_t now, float* out);
void write_artist_features(const ArtistPast& artist, std::int64_t now, float* out);
/// The cosine of a track's places and the sum of those of all plays, of the length `heart_length`; NaN
/// where either says nothing.
float taste_likeness(std::span<const float> places, std::span<const double> heart,
                     double heart_length);

/// Moment after moment; taste_moment.hpp is for a single one.
/// Threads: one.
class TastePast {
 public:
  /// `artist` (the first of each track; < 0: none) and `vectors` are kept as views.
  TastePast(std::span<const std::int32_t> artist, std::size_t artists, const TrackVectors& vectors);

  /// A listen began, not before those told of so far.
  void hear(const TasteListen& listen);
  /// Something was said; not before those told of so far, undated ones first.
  void say(const Verdict& verdict);
  /// The moment that all the following are of; never earlier than the one before.
  void at(std::int64_t now);

  [[nodiscard]] PreferenceSignals signals(std::int32_t track) const;
  /// Writes taste_features() and the vector's places, NaN where not known, to `out`.
  void features(std::int32_t track, std::span<float> out) const;
  [[nodiscard]] std::size_t columns() const { return kTasteFeatures + vectors_.dim; }

 private:
  struct Track {
    TrackPast past;
    SaidOfTrack said;
    std::int32_t plays = 0, judged = 0;
    std::int32_t last_play = -1;  // in play_
  };
  struct Play {
    std::int64_t ts;
    std::int32_t before;  // the play of the same track before it; -1: none
  };

  void take(const TasteListen& listen);
  void take_play(const TasteListen& listen, Track& track);
  void take(const Verdict& verdict);
  void take_vector(std::int32_t track);
  void forget_old();
  [[nodiscard]] double level(const Track& track) const;
  [[nodiscard]] Track& known(std::int32_t track) {
    return tracks_[static_cast<std::size_t>(track)];
  }
  /// nullptr: the track has no artist.
  [[nodiscard]] ArtistPast* artist_of(std::int32_t track) {
    const std::int32_t artist = artist_[static_cast<std::size_t>(track)];
    return artist < 0 ? nullptr : &artists_[static_cast<std::size_t>(artist)];
  }

  std::span<const std::int32_t> artist_;
  const TrackVectors& vectors_;
  std::vector<TasteListen> open_, taken_;  // not known to be over; the others
  std::vector<Verdict> verdicts_;
  std::size_t said_ = 0;  // of verdicts_
  std::int64_t now_ = 0;
  std::vector<Track> tracks_;
  std::vector<ArtistPast> artists_;
  std::vector<Play> play_;
  std::size_t month_begin_ = 0, half_year_begin_ = 0;  // in taken_
  std::vector<double> heart_;                          // the sum of the vectors of plays
};

}  // namespace shared
