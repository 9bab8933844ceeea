// What a person's plays tell of ways to shuffle: what becomes of the songs that a way likes to play
// next, and how often it guesses what was chosen.
//
//   accepted = sum over sessions of n * (sum(w * finished) / sum(w)) / sum of n
//   w = P(the way plays it next) / P(a uniform order of the person's songs does)
//   effective = (sum of n)^2 / sum of n^2 * sum(w^2) / sum(w)^2
//
// n, and the sums of w, are over the plays of a session under a shuffle that was plainly random
// (next_plays.hpp): the self-normalised inverse propensity score (Swaminathan, Joachims: The
// Self-Normalized Estimator for Counterfactual Learning, NIPS 2015), within sessions. Which list was
// shuffled is not told, and it is not all that the person has: songs heard lately are played far
// more often than a uniform order of all would. Within a session the list, whatever it is, is one,
// so that what is unknown of it cancels out; what one is in the mood to skip, and which evenings,
// does too. Plays of other songs than the person's do not count, nor sessions in which the way would
// have played none. Of few plays in a session the estimate is drawn towards the uniform order's.
//
// `effective` is how many plays the estimate is worth; of fewer than kFewestPlays it says nothing.
// A difference is of the same sessions. Intervals are over people and weeks of `accepted` (of few
// people over weeks alone, bootstrap_quotient()), over people and plays of `hits`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "evaluate/bootstrap.hpp"
#include "evaluate/next_chances.hpp"

namespace engine::evaluate {

inline constexpr double kFewestPlays = 30;

struct NextResult {
  Interval accepted, hits;                        // all NaN where there is too little to say
  Interval accepted_difference, hits_difference;  // the first way's less this one's
  double effective_plays = 0;                     // 0 where the way does not tell its chances
};

struct NextResults {
  std::vector<NextResult> ways;          // all but the last of NextChances::of
  std::size_t shuffled = 0, chosen = 0;  // plays that count
};

/// `plays` and `chances`: of each user the shuffled ones, then those chosen. `uniform`: the way that is
/// a uniform order of the person's songs.
NextResults next_results(const std::vector<NextPlays>& plays, const NextChances& chances,
                         std::size_t uniform, std::uint64_t random_seed, std::size_t resamples);

}  // namespace engine::evaluate
