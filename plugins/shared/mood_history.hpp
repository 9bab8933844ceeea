// What somebody heard, as the moods of it, and what each of several simple experts says by it of the
// mood to come.
//
// Every expert counts what came before, drawn to what a coarser one says; none of them learns
// anything else, so each says at any moment what was known at it.
//
//   all          of everything heard
//   month, week, day  of what was heard lately, a listen counting half after 30, 7 days, 1 day
//   hour         of what was heard at this hour of the day
//   last         the mood stays or changes as often as it did
//   markov_1, markov_2  of what came after the last mood, after the last two (absolute discounting
//                as of Kneser and Ney 1995)
//   markov_lately  of what came after the last mood, the latest times counting most
//   session, session_lately  of the session so far, the latest listens counting most
//   after_artist, after_track, after_two  of what came after the last artist, the last track, the
//                last two tracks
//
// The mood of a track may not be known: it is passed over, as a listen of which only the track tells.
// Where it says "last" the last known one of the session is meant. A session's start is a state of
// its own, after which comes what sessions begin with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "moods.hpp"

namespace shared {

struct MoodListen {
  std::int32_t track = -1, artist = -1;  // artist < 0: not known
  std::int32_t mood = kNoMood;
  std::int64_t ts = 0;
  std::int32_t hour = 0;  // 0..23 on the person's clock
  bool begins_session = false;
};

enum class MoodExpert : std::uint8_t {
  kAll,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kLast,
  kMarkov1,
  kMarkov2,
  kMarkovLately,
  kSession,
  kSessionLately,
  kAfterArtist,
  kAfterTrack,
  kAfterTwo
};
inline constexpr std::size_t kMoodExperts = 14;
const char* name_of(MoodExpert expert);

/// Threads: one at a time.
class MoodHistory {
 public:
  explicit MoodHistory(std::size_t moods);

  void take(const MoodListen& listen);
  /// A session that begins now: nothing of the last one is the session's.
  void begin_session();
  /// From now on only what came after these is counted by artist, track and pair of tracks, which is most
  /// of the work: for who asks once, at the end. < 0: none.
  void count_only_after(std::int32_t artist, std::int32_t track, std::int32_t track_before);

  /// Probabilities of each mood by each expert, expert after expert, of a listen at this time.
  void say(std::int64_t ts, std::int32_t hour, std::span<float> said);

  [[nodiscard]] std::size_t moods() const { return moods_; }
  /// Of the session so far; kNoMood: none of it is known.
  [[nodiscard]] std::int32_t last_of_session() const {
    return last_ < moods_ ? static_cast<std::int32_t>(last_) : kNoMood;
  }

 private:
  using Counts = std::vector<double>;
  /// Counts that halve after a while.
  struct Fading {
    double half_life_seconds = 0;
    Counts counts;
    std::int64_t ts = 0;

    void fade_to(std::int64_t now);
  };
  /// Counts of what came after a thing, those of the latest times counting most.
  class After {
   public:
    After(std::size_t moods, double kept) : moods_(moods), kept_(kept) {}
    void take(std::uint64_t thing, std::size_t mood);
    void count_only(std::uint64_t thing) { only_ = thing; }
    /// Empty: it never came.
    [[nodiscard]] std::span<const double> of(std::uint64_t thing) const;

   private:
    std::size_t moods_;
    double kept_;
    std::optional<std::uint64_t> only_;
    std::unordered_map<std::uint64_t, std::size_t> places_;
    Counts counts_;
  };

  void learn(const MoodListen& listen);
  [[nodiscard]] std::span<double> markov(Counts& counts, std::size_t state) const;

  std::size_t moods_;
  Counts all_, hours_, first_, second_, lately_, session_, session_lately_;
  std::array<Fading, 3> fading_;
  After after_artist_, after_track_, after_two_;
  double stays_ = 1, changes_ = 1;
  std::size_t last_, before_last_;  // of the session; as many as there are moods: its start
  std::int32_t track_ = -1, track_before_ = -1, artist_ = -1;
};

/// What the experts say together: the product of their probabilities, each to the power of its
/// weight, and of a factor for each mood.
struct MoodPool {
  std::vector<float> weights;  // of the experts, then of the moods

  /// `said` as of MoodHistory::say; probabilities of the moods.
  void say(std::span<const float> said, std::span<float> probabilities) const;
};

/// The session that each listen is of: a listen begins one where a row of the table "sessions" does.
/// Hours are counted from that of the session's start on the person's clock.
class MoodListens {
 public:
  /// Of the tables of these names; moods by track. `latest`: of the last so many listens alone.
  MoodListens(const playlist::Table& listens, const playlist::Table& sessions,
              const playlist::Table& tracks, std::span<const std::int32_t> mood_of_track,
              std::size_t latest = SIZE_MAX);

  [[nodiscard]] std::size_t count() const { return track_.size(); }
  [[nodiscard]] MoodListen operator[](std::size_t row) const;
  /// The hour of the person's clock at a time after the last listen.
  [[nodiscard]] std::int32_t hour_at(std::int64_t ts) const;

 private:
  [[nodiscard]] std::int32_t hour_in(std::size_t session, std::int64_t ts) const;

  std::span<const std::int32_t> track_, artist_of_track_, hour_;
  std::span<const std::int64_t> ts_, start_;
  std::span<const std::int32_t> mood_of_track_;
  std::vector<std::int32_t> session_;  // of each listen; -1: before the first
};

}  // namespace shared
