// Which of the plays that several tellers tell of one listener and one track are the same play.
//
// A teller is a tool that keeps or exports a history: Spotify's export, a scrobbler, a player's
// log. It tells one end of a play, to a second, a minute or a day, sometimes how long was played.
// Plays of one teller are always different plays. Two tellers' plays are paired one to one in the
// order of time, so that the sum of disagreements is least: a pair costs less than leaving both
// of its plays alone (2 units; the unit is what an unpaired play costs), so plays that may be the
// same are paired unless that takes a better partner away. Tellers join one after the other, the
// most exact first; a listen is what was paired. The answer depends on the set of plays only, not
// on the order in which they came to be known.
//
// What two tellings of one play may differ by. Every time is an interval as wide as its precision
// (a minute is cut off, not rounded: [t, t + 59]); distances are between the intervals.
//
//   what                    tolerance              units      why
//   the same end told       120 s                  0 .. 1.76  clocks a few seconds apart, a player
//                                                             that reports late; dear beyond 25 s:
//                                                             the shortest track on repeat starts
//                                                             anew every 30 s
//   a pause inside          30 min                 1.2 .. 1.8 end less time played lies that much
//                                                             behind the start; longer is another
//                                                             session everywhere in the engine
//   a start that is the end 120 s                  1.8 .. 1.9 scrobblers that ask a service what
//     where the teller may stamp either: no cost              was played last stamp the end
//   length played           2 s; then 1 unit more  0 .. 1     rounding; at 32 s and more apart the
//     per 30 s, twice where a time is coarse       0 .. 2     times must agree well, or another
//                                                             play ended in the same minute
//   a play under 30 s       -                      0.5        scrobblers do not report it, so it is
//     where the other tells no length                         rarely the one
//
// Two plays whose time told overlaps and whose length agrees to the millisecond are paired first:
// in two exports of one service they are copies, also where the order within a minute is lost.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace engine::library {

/// Which end of a play a teller's time is. The numbers are stored.
enum class Stamp : std::uint8_t {
  kUnknown = 0,  // the start; whether told, or reckoned from the end, is not known
  kStart = 1,
  kEnd = 2,
  kEither = 3,  // one of both
};

struct ToldPlay {
  std::int64_t first = 0, last = 0;  // the time told is in [first, last], Unix seconds
  Stamp stamp = Stamp::kStart;
  std::int32_t ms_played = -1;     // -1: not told
  std::int32_t track_seconds = 0;  // the track's length as the teller gives it; 0: not told
  std::int32_t teller = 0;         // in an order of the tellers that does not change
};

inline constexpr std::int64_t kClockTolerance = 120, kLongestPause = 30 * 60;
/// Plays further apart than this, from the end of one to the start of the other, are never paired.
inline constexpr std::int64_t kAlignmentReach = kLongestPause + kClockTolerance;

/// What a play costs that is paired with none.
inline constexpr std::int64_t kUnpairedCost = 1'000'000;
/// What it costs that two tellers' plays are one; 2 * kUnpairedCost and more: they are not paired.
std::int64_t disagreement(const ToldPlay& a, const ToldPlay& b);

/// The listen that each play belongs to: numbers from 0, in order of time. Not two plays of one
/// listen have the same teller. Time: the number of pairs within reach of each other.
std::vector<std::uint32_t> align_plays(std::span<const ToldPlay> plays);

}  // namespace engine::library
