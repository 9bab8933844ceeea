// What somebody's past says at one moment of how gladly they hear tracks: the features of
// taste_signals.hpp for ranking, which asks for those of many tracks at once. They mean the same as
// those of TastePast, by which they were learned.
//
// Time    Of a million listens a quarter of what TastePast takes told of the same, or less: what is
//         known of a track lies in one line of the processor's cache, which is fetched ahead; a
//         listen asks nothing that the processor would have to guess; what artists and the vectors
//         of all plays add up to is counted by track, not by listen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "taste_signals.hpp"
#include "taste_vectors.hpp"

namespace shared {

/// Views of somebody's listens, by start, and of the tracks of their library.
struct TasteHistory {
  std::span<const std::int64_t> ts;  // of listens
  std::span<const std::int32_t> track, ms_played;
  std::span<const std::uint8_t> is_play, is_skip;
  std::span<const std::int32_t> artist, duration_ms;  // of tracks; artist: the first, < 0: none
  std::size_t artists = 0;

  TasteHistory() = default;
  explicit TasteHistory(const playlist::Call& call);
};

class TasteMoment {
 public:
  /// `history`'s artists and `places` are kept as views. `checkpoint` is called now and then.
  TasteMoment(const TasteHistory& history, std::span<const Verdict> verdicts,
              const TastePlaces& places, std::int64_t now,
              const std::function<void()>& checkpoint = {});

  [[nodiscard]] std::size_t columns() const { return kTasteFeatures + places_.dim(); }
  /// As TastePast::features().
  void features(std::int32_t track, std::span<float> out) const;
  [[nodiscard]] bool is_banned(std::int32_t track) const {
    return said_[static_cast<std::size_t>(track)].is_banned;
  }

 private:
  /// In one line of the cache.
  struct alignas(64) Heard {
    TrackPast past;
    double level = 0;
    std::int32_t duration_ms = 0;
  };
  struct OfArtist {
    float features[kOfArtist];
  };

  void hear(const TasteHistory& history, const std::function<void()>& checkpoint);
  void hear_lately(const TasteHistory& history);
  void say(std::span<const Verdict> verdicts);
  void add_up_artists();
  void add_up_vectors();

  std::int64_t now_;
  std::span<const std::int32_t> artist_;
  const TastePlaces& places_;
  std::vector<Heard> heard_;
  std::vector<SaidOfTrack> said_;
  std::vector<OfArtist> artists_;
  std::size_t artist_count_;
  std::vector<double> heart_;
  double heart_length_ = 0;
};

}  // namespace shared
