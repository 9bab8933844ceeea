// One listener as discoveries see them: the artists they play and how lately, and what they heard
// last.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace shared {

inline constexpr double kDaySeconds = 86'400;

/// A listen of theirs in rows of a CoListening.
struct HeardRow {
  std::int64_t ts;      // start, Unix seconds
  std::int32_t track;   // -1: the model does not know the track
  std::int32_t artist;  // -1: nor the artist
  bool is_play;
};

/// What somebody played of one artist. A decayed count adds exp(-age / days) per play.
struct ArtistTaste {
  std::int32_t artist;
  std::int32_t plays = 0, tracks = 0;  // tracks: different ones
  std::int64_t first = 0;              // play, Unix seconds
  double in_7_days = 0, in_28_days = 0, in_60_days = 0, in_365_days = 0;
};

struct LatelyPlayed {
  std::int32_t track;
  double weight;  // log(1 + plays decayed by 28 days)
};

/// Threads: constant once made.
class ListenerProfile {
 public:
  /// `heard` by time, all before `now`. Tracks that the model does not know count for their artist,
  /// each play as another track.
  ListenerProfile(std::span<const HeardRow> heard, std::int64_t now, std::size_t artists);

  [[nodiscard]] std::int64_t now() const { return now_; }
  /// In the order in which they were first played.
  [[nodiscard]] std::span<const ArtistTaste> artists() const { return artists_; }
  /// nullptr: never played.
  [[nodiscard]] const ArtistTaste* taste(std::int32_t artist) const {
    const std::int32_t place = artist < 0 ? -1 : place_[static_cast<std::size_t>(artist)];
    return place < 0 ? nullptr : &artists_[static_cast<std::size_t>(place)];
  }
  /// Whether they came across the artist, if only to skip a track.
  [[nodiscard]] bool has_met(std::int32_t artist) const {
    return artist >= 0 && is_met_[static_cast<std::size_t>(artist)] != 0;
  }
  /// Those whose weight still says something, in no particular order.
  [[nodiscard]] std::span<const LatelyPlayed> lately() const { return lately_; }
  /// Different tracks played.
  [[nodiscard]] std::int32_t tracks_played() const { return tracks_played_; }

 private:
  std::int64_t now_;
  std::vector<ArtistTaste> artists_;
  std::vector<std::int32_t> place_;   // by artist row: in artists_, -1
  std::vector<std::uint8_t> is_met_;  // by artist row
  std::vector<LatelyPlayed> lately_;
  std::int32_t tracks_played_ = 0;
};

}  // namespace shared
