// How gladly tracks are heard, from what people did with them: the heart of model.quality.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace model {

inline constexpr double kUntold = std::numeric_limits<double>::quiet_NaN();

/// What is told of one track; kUntold where nothing is. Counts are >= 0, rates in 0..1.
struct Engagement {
  double plays = kUntold, likes = kUntold, comments = kUntold;
  double skip_rate = kUntold;   // share of plays that were skipped
  double completion = kUntold;  // mean share of the track that was heard
  /// Those who could have liked it or commented on it: its listeners, or its plays where nobody
  /// counted them.
  double audience = kUntold;
};

struct QualityWeights {
  double plays = 0.2, likes = 0.3, comments = 0.1, skips = 0.2, completion = 0.2;  // >= 0
};

/// Quality of each track in 0..1, NaN where nothing is told of it. 0.5 is the average track.
///
///   quality = sum of weight * part / sum of weights, over the signals that any track has, a part
///             being 0.5 for a track of which that signal is not told
///   counts    part = n / (n + typical), typical = the geometric mean of the counts above 0: plays,
///             and likes and comments where no audience is told
///   rates     likes and comments per audience, r = (n + prior * mean) / (audience + prior), mean
///             over all tracks; part = r / (r + mean)
///   shares    not skipped, completion: s = (share * plays + prior * mean) / (plays + prior), mean
///             weighed by plays; part = odds(s) / (odds(s) + odds(mean)), odds(s) = s / (1 - s)
///
/// `prior`, > 0, is how many plays like the average track's each track is given on top: with few
/// plays of its own a track stays near 0.5 whatever they say (a Beta prior). Where plays are not
/// told a share counts as `prior` plays. A part of 0.3 is 3/7 of the average rate or odds.
std::vector<float> quality_of(std::span<const Engagement> tracks, double prior,
                              const QualityWeights& weights);

}  // namespace model
