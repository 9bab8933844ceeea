// Learning what a listener's next discoveries are, from everybody's past ones.
//
// Lists     Of every `every_days` days in the last `weeks` weeks, and of everybody who had played
//           something by then and went on: the candidates that the recalls would have found them
//           (shared/discovery_signals.hpp), as of then. Those that they then played within
//           `window_days`, and did not skip, are the list's discoveries. A list without one, or
//           whose days are not over, says nothing.
// Loss      A discovery against the whole list: minus the log of softmax(weights x features) at
//           each discovery (McFadden 1974: conditional logit; Cao et al., ICML 2007: ListNet), the
//           mean over a list's discoveries, so that those who discover much do not decide for
//           everybody: by their sum, or that over its root, fewer lists have a hit. Of the other
//           candidates `negatives` are drawn, each standing for as many as it was drawn from.
// Prior     Weights are pulled towards those of DiscoveryFeature::prior, so that a library with
//           little to learn from keeps to that formula and one with nothing is ranked by it.
// Newton    The loss is convex; a few steps over all lists reach its only minimum.
// Honesty   The latest `validation_share` of the dates is held out first, and the weights of the
//           dates before it are judged by lists of thirty, at most two of an artist, in the order
//           that the formula without learning gives, too. Chances are scaled on the same lists
//           (Platt). Then everything is learned from.
// Threads   Dates are worked on side by side; what comes out does not depend on how many.
// Left out  What did not help people whom nothing was learned from: 16 people, 357 lists, weights
//           learned from the others of them, by the mean log chance of a discovery in its list,
//           -7.347 as it is; with standard errors over the people of 0.001 to 0.006:
//             new songs of the artist in the last 7 and 28 days             +0.001
//             plays of the artist decayed by 7 and 28 days, and the last    +0.001
//             plays, and listeners of the last 28 and 90 days                0.000
//             people alike who played it in the last 28 days                -0.001
//             the track's share of its artist's listeners and plays         -0.001
//             skips, repeats and how much is known of the artist            -0.004
//             how much of the listener's new songs is by new artists        -0.005
//             all of these, pulled harder                                   -0.012
//           Weights of a person's own, pulled towards everybody's and learned from their own past
//           lists: -0.007 (0.009) where they hardly may differ, -0.06 (0.03) and less where
//           they may.
//           Other losses and lists, 18 people, 305 lists of thirty, by their precision (0.055) and
//           how many have a hit (0.63), with 95 % intervals over the people:
//             the chance that any discovery comes first       -0.0011 (-0.0021..-0.0001), -0.016
//             pulled to the prior by 1 in place of 7, by 20   +0.0005 (-0.0005..0.0017), -0.0010
//             discoveries by log(1 + plays)                   -0.0002 (-0.0008..0.0004), -0.010
//             those of the four weeks after for half as much  +0.0003 (-0.0007..0.0016), -0.003
//             1,500 negatives                                 +0.0004 (-0.0001..0.0012), -0.003
//             one track of an artist, three                   -0.0038 (-0.0071..-0.0007), +0.0025
//                                                             (-0.0004..0.0056), hits -0.007, -0.013
//             new artists by the share of their own past      -0.0017 (-0.0033..-0.0001), -0.033
//             no share of new artists, by chance alone        +0.0017 (0.0002..0.0035), +0.013
//                                                             (-0.003..0.032): left, as a list is
//                                                             asked for them
//           A public audience, the artists of 1,892 users of Last.fm (HetRec 2011), who know 16 % of
//           these artists, and those of three in ten discoveries by new ones: +0.004 (0.005), among
//           new artists alone +0.011 (0.015).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "click_metrics.hpp"
#include "shared/discovery_signals.hpp"

namespace model {

struct DiscoveryOptions {
  int every_days = 14, weeks = 260, window_days = 28;  // >= 1
  int negatives = 300;                                 // >= 1
  int most_lists = 4'000;                              // of those a draw decides
  double regularization = 7;      // > 0: of standardised weights, a thousand lists long
  double validation_share = 0.2;  // 0..0.5
  std::size_t most_sessions = 200'000;
  shared::CandidateCounts counts;
  int threads = 1;
  std::uint64_t random_seed = 1;
  /// Called now and then from the calling thread with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed;
};

/// Everybody's listens, and what training reads of them besides.
struct DiscoveryData {
  shared::EverybodysListens listens;
  std::span<const std::uint8_t> is_skip;    // of each listen
  std::span<const std::int32_t> song;       // of each track row; the same for versions of a song
  std::span<const std::uint8_t> is_taught;  // of each person; 0: their discoveries are not learned
  std::int64_t now = 0;
};

/// How good lists of thirty were on the dates held out.
struct DiscoveryMetrics {
  std::int64_t lists = 0;
  double precision = 0, hit_share = 0;              // learned: share of hits; of lists with one
  double prior_precision = 0, prior_hit_share = 0;  // by the formula without learning
};

struct DiscoveryModel {
  std::array<double, shared::kDiscoveryFeatures> weights;  // of features as they are
  std::array<double, shared::kDiscoveryFeatures> means;    // of each feature over the candidates
  PlattScaling scaling;  // of the weighted sum, to the log odds of a play within the window
  DiscoveryMetrics held_out;
  Calibration calibration;
  std::int64_t dates = 0, lists = 0, discoveries = 0;  // learned from
};

/// Nothing when `proceed` said stop. With nothing to learn from, the weights are the prior.
std::optional<DiscoveryModel> train_discovery(const DiscoveryData& data,
                                              const DiscoveryOptions& options);

}  // namespace model
