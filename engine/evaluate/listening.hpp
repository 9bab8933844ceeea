// What a user really did in a period: what a list of its first moment is judged by.
//
// Truth    A track is *played* in (date, end] when a listen of it began in there that passes the
//          play rule (settings play.min_seconds and play.min_share). Listens in private sessions
//          count nowhere.
// Skips    Of the listens that began in the period, those known to be a skip or not.
// Heard    A track was *heard before* a date when a play of it had ended by then, the same listens
//          that a recipe run as of that date can see.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_set>
#include <vector>

#include "data/column_cache.hpp"
#include "evaluate/judged.hpp"
#include "evaluate/periods.hpp"

namespace engine::evaluate {

/// One track's listens in a period.
struct TrackListens {
  std::int32_t track = 0;
  std::int32_t plays = 0;  // that pass the play rule
  std::int32_t told = 0;   // of which is known whether they were skipped
  std::int32_t skips = 0;
  bool is_new = false;           // not heard before the date
  bool is_new_song = false;      // its song was not met before the date (judged.hpp)
  bool is_new_artist = false;    // its artist was not
  bool is_rediscovered = false;  // heard before, and not in the kSilentDays before the date
};

struct Truth {
  std::vector<TrackListens> tracks;  // by track number; everything listened to, played or not
  std::int64_t played = 0;           // tracks with plays
  std::int64_t played_new = 0;       // of those, not heard before the date

  /// nullptr when the track was not listened to.
  [[nodiscard]] const TrackListens* find(std::int32_t track) const;
};

/// The same as if the user had listened only to what is judged.
Truth only_judged(Truth truth, Judged judged);

/// Since when each number is known, for few of many numbers.
class FirstTimes {
 public:
  void add(std::int32_t number, std::int64_t time) { times_.push_back({number, time}); }
  /// After the last add().
  void sort();
  /// INT64_MAX for a number that was never added.
  [[nodiscard]] std::int64_t of(std::int32_t number) const;

 private:
  struct Time {
    std::int32_t number;
    std::int64_t time;
    auto operator<=>(const Time&) const = default;
  };
  std::vector<Time> times_;
};

/// One user's whole history. Only the judging side may hold one: nothing of it reaches a recipe.
class Listening {
 public:
  explicit Listening(std::shared_ptr<const PreparedColumns> columns);

  [[nodiscard]] Truth truth(const Period& period) const;
  [[nodiscard]] bool was_heard(std::int32_t track, std::int64_t date) const {
    return first_heard_.of(track) <= date;
  }
  /// Of the track's first artist; true where nobody knows who that is.
  [[nodiscard]] bool was_artist_met(std::int32_t track, std::int64_t date) const;
  /// Anything of the history is known by then.
  [[nodiscard]] bool has_begun(std::int64_t date) const { return first_end_ <= date; }
  [[nodiscard]] bool is_empty() const { return ts_.empty(); }
  [[nodiscard]] std::int64_t first() const { return ts_.front(); }  // start of the first listen
  [[nodiscard]] std::int64_t last() const { return ts_.back(); }    // start of the last listen

 private:
  /// Tracks of which a play began in the kSilentDays up to the date.
  [[nodiscard]] std::unordered_set<std::int32_t> played_lately(std::int64_t date) const;

  std::shared_ptr<const PreparedColumns> columns_;  // keeps what the spans look at
  std::span<const std::int32_t> track_;
  std::span<const std::int64_t> ts_;
  std::span<const std::uint8_t> is_play_, is_skip_;
  std::span<const std::int32_t> song_, artist_;  // by track
  FirstTimes first_heard_;                       // by track: end of the first play
  FirstTimes song_met_, artist_met_;             // by song, artist: end of the first listen
  std::int64_t first_end_ = INT64_MAX;           // of any listen
};

}  // namespace engine::evaluate
