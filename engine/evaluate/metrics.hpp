// The numbers a list is judged by, one value per list (one user, one date).
//
// Let L be the list's first k tracks, T the tracks played in the period, N those tracks of either
// that the user had not heard before the date. A *hit* is a track of L that is in T. Metrics
// without "@k" use the first K tracks, K the largest k, so that lists of all lengths are judged
// alike.
//
//   hit_rate@k            1 if L has a hit, else 0
//   precision@k           hits / k                                            (0 for an empty list)
//   recall@k              hits / |T|
//   ndcg@k                sum over hits at place i of 1 / log2(i + 1), divided by the same sum over
//                         i = 1 .. min(k, |T|): 1 when the hits could not stand better
//                         (Jarvelin, Kekalainen: Cumulated gain-based evaluation of IR techniques,
//                         ACM TOIS 2002, with gains of 0 and 1)
//   mrr                   1 / place of the first hit, 0 without one
//   discovery_hit_rate@k  1 if L has a hit in N, else 0
//   discovery_recall@k    hits in N / |T in N|; not counted where the user played nothing new
//   skip_rate             skips / listens of the period to tracks of L, where it is known whether
//                         they were skipped; not counted where there is none
//   novelty               tracks of L in N / |L|: the share never heard before
//                         (the user-relative novelty of Vargas, Castells: Rank and relevance in
//                         novelty and diversity metrics, RecSys 2011)
//   new_artists           tracks of L by artists of whom the user had met nothing (judged.hpp) / |L|
//   long_tail             tracks of L outside the short head / |L|; the head are the most played
//                         tracks that make up 80 % of everybody's plays before the date
//                         (audience.hpp), so that it is small where all play the same
//   artist_entropy        -sum p log2 p over the shares p of the first artists in L, in bits: 0 for
//                         one artist, log2 |L| for all different
//   overlap               share of L that was in the user's list of the counted date before; not
//                         counted on the first
//   coverage              different tracks in all lists together / tracks of the catalogue. A
//                         list's own value is (its tracks that no earlier list held) * lists /
//                         catalogue, so that the mean over lists is that share
//   list_length           tracks of L
//
// Empty list  precision, recall, hits, ndcg and mrr are 0; novelty, entropy and overlap are not
//             counted. Empty T: the date is not counted at all (backtest.hpp).
// New only    With `engine backtest --judge new`, new-songs or new-artists T holds only what was new
//             in that sense (judged.hpp), for recipes that are to discover: a list gains nothing by
//             what the user knows already, and skip_rate is over listens to what is new.
// Handed out  Nobody was handed these lists. A hit is a track that the user came to by themselves;
//             one that they would have liked, had they heard it, counts as a miss.
// Order       The list is taken in playing order: a recipe that spaces artists out trades ndcg and
//             mrr for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/listening.hpp"

namespace engine::evaluate {

/// The names for these k, in the order of values; `ks` ascend.
std::vector<std::string> metric_names(const std::vector<std::int64_t>& ks);

/// One line for people, of a name such as "ndcg@30".
std::string metric_about(const std::string& name);

/// The index of `name`. Throws Error(kUsage) with "did you mean".
std::size_t find_metric(const std::vector<std::string>& names, const std::string& name);

/// A list with what is known about its tracks; at most K of them.
struct JudgedList {
  std::vector<std::int32_t> tracks;                     // in playing order
  std::vector<std::int32_t> artists;                    // the first artist of each
  std::vector<bool> is_new;                             // not heard before the date
  std::vector<bool> is_artist_new;                      // whose artist was not met before the date
  std::vector<bool> is_tail;                            // of the long tail; empty: not known
  const std::vector<std::int32_t>* previous = nullptr;  // the list before; nullptr: none
  std::int64_t first_shown = 0;  // tracks that no earlier list of the same entry held
  std::int64_t list_count = 1, catalogue_count = 1;  // of the whole backtest
};

/// Values as metric_names(); NaN: not counted.
std::vector<double> measure(const JudgedList& list, const Truth& truth,
                            const std::vector<std::int64_t>& ks);

/// How unequally the tracks of a catalogue are shown: the Gini coefficient of how many lists hold
/// each, 0 when all are in as many, near 1 when few fill them; NaN without any. What is in no list
/// counts too, so it is high wherever the lists together are shorter than the catalogue: compare
/// entries of one backtest.
double gini(std::vector<std::int64_t> shown, std::int64_t catalogue_count);

}  // namespace engine::evaluate
