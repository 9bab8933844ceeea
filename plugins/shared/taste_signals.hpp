// What somebody's past says, at a moment, of how gladly they hear a track: the features by which
// model.taste learns it. Training and ranking read the same ones, so both mean the same numbers.
// All of them tell tracks apart; a track never heard has those of its artist and its vector.
//
// As of   A listen counts from the moment that it is over, a verdict from the second in which it
//         was given: nothing of what somebody was hearing, heard or said later is in a feature. Starts
//         and ends are whole seconds, so that one play may begin a second before the one ahead of it
//         has ended: kRounding.
// Skips   A skip bears on the features that is_of_skips() names and on no other, and makes none of
//         them smaller: a model that rises with none of those never rises by a skip.
#pragma once

#include "playlist/call.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
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

/// The listens of the person of a call, by start; each_taste_listen() leaves their sessions out,
/// which take the host longer than all the rest.
void each_taste_listen(const playlist::Call& call,
                       const std::function<void(const TasteListen&)>& take);
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

/// Threads: one.
class TastePast {
 public:
  static constexpr std::int64_t kRounding = 2;  // seconds

  /// For any moments, one after another.
  /// `artist` (the first of each track; < 0: none) and `vectors` are kept as views.
  TastePast(std::span<const std::int32_t> artist, std::size_t artists, const TrackVectors& vectors);

  /// Before anything else: there is this moment only, and each listen and verdict that was by then
  /// counts as soon as it is told. The same features, at a quarter of the time of at().
  void only_at(std::int64_t now);

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
  /// Plays that were not skipped, and skips.
  struct Counts {
    std::int32_t gladly = 0, skips = 0;
    /// As if one skip and three others were known besides.
    [[nodiscard]] float skip_rate() const {
      return (static_cast<float>(skips) + 1) / (static_cast<float>(gladly + skips) + 4);
    }
  };
  struct TrackPast {
    Counts ever, half_year;
    std::int32_t plays = 0, judged = 0, plays_lately = 0, fractions = 0;
    std::int32_t last_play = -1;  // in play_
    std::int64_t first_played = 0, last_played = 0;
    double level = 0;    // of its plays, of only_at()
    float fraction = 0;  // sum
    float rating = 0;    // 0: none
    float approved = 0;  // 1; -1: rejected
    bool in_best_playlist = false, is_liked = false, is_banned = false;
  };
  struct ArtistPast {
    Counts ever;
    std::int32_t plays_lately = 0, likes = 0;
    std::int64_t last_played = 0;
  };
  struct Play {
    std::int64_t ts;
    std::int32_t before;  // the play of the same track before it; -1: none
  };

  [[nodiscard]] bool is_over(const TasteListen& listen) const {
    return listen.end <= now_ + kRounding;
  }
  void take(const TasteListen& listen);
  void take_play(const TasteListen& listen, TrackPast& track);
  void take(const Verdict& verdict);
  void take_vector(std::int32_t track);
  void forget_old();
  [[nodiscard]] double level_of(std::int64_t ts) const;
  [[nodiscard]] float base_level(const TrackPast& track) const;
  [[nodiscard]] float likeness(const float* vector) const;
  [[nodiscard]] TrackPast& past(std::int32_t track) {
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
  bool is_only_moment_ = false;
  std::vector<TrackPast> tracks_;
  std::vector<ArtistPast> artists_;
  std::vector<Play> play_;
  std::size_t month_begin_ = 0, half_year_begin_ = 0;  // in taken_
  std::vector<double> heart_;                          // the sum of the vectors of plays
};

}  // namespace shared
