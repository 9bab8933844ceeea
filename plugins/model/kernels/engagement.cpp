#include "engagement.hpp"

#include <algorithm>
#include <cmath>

namespace model {
namespace {

constexpr double kAverage = 0.5;

bool is_told(double value) {
  return !std::isnan(value);
}

/// One signal's part of every track, added up as they come.
class Sums {
 public:
  explicit Sums(std::size_t tracks) : sums_(tracks), is_told_(tracks) {}

  /// `part(track)` in 0..1, or kUntold.
  template <class Part>
  void add(double weight, const Part& part) {
    if (!(weight > 0)) return;
    weights_ += weight;
    for (std::size_t track = 0; track < sums_.size(); ++track) {
      const double value = part(track);
      sums_[track] += weight * (is_told(value) ? value : kAverage);
      is_told_[track] = is_told_[track] || is_told(value);
    }
  }
  [[nodiscard]] std::vector<float> quality() const {
    std::vector<float> quality(sums_.size(), static_cast<float>(kUntold));
    for (std::size_t track = 0; track < sums_.size(); ++track) {
      if (is_told_[track])
        quality[track] = static_cast<float>(std::clamp(sums_[track] / weights_, 0.0, 1.0));
    }
    return quality;
  }

 private:
  double weights_ = 0;
  std::vector<double> sums_;
  std::vector<bool> is_told_;
};

using Field = double Engagement::*;

void add_count(std::span<const Engagement> tracks, Field count, double weight, Sums& sums) {
  double logs = 0, counted = 0;
  for (const Engagement& track : tracks) {
    if (track.*count > 0) logs += std::log(track.*count), counted += 1;
  }
  if (counted == 0) return;
  const double typical = std::exp(logs / counted);
  sums.add(weight, [&](std::size_t track) {
    const double n = tracks[track].*count;
    return n / (n + typical);
  });
}

void add_rate(std::span<const Engagement> tracks, Field count, double prior, double weight,
              Sums& sums) {
  double told = 0, audience = 0;
  for (const Engagement& track : tracks) {
    if (!is_told(track.*count) || !is_told(track.audience)) continue;
    told += track.*count;
    audience += track.audience;
  }
  if (!(audience > 0)) return add_count(tracks, count, weight, sums);
  const double mean = told / audience;
  if (!(mean > 0)) return;
  sums.add(weight, [&](std::size_t at) {
    const Engagement& track = tracks[at];
    const double rate = (track.*count + prior * mean) / (track.audience + prior);
    return rate / (rate + mean);
  });
}

/// `share(track)` in 0..1 or kUntold.
template <class Share>
void add_share(std::span<const Engagement> tracks, const Share& share, double prior, double weight,
               Sums& sums) {
  const auto plays = [&](const Engagement& track) {
    return is_told(track.plays) ? track.plays : prior;
  };
  double shares = 0, all = 0;
  for (const Engagement& track : tracks) {
    if (!is_told(share(track))) continue;
    shares += share(track) * plays(track);
    all += plays(track);
  }
  if (!(all > 0)) return;
  const double mean = shares / all;
  if (!(mean > 0) || !(mean < 1)) return;  // all alike: it tells nothing
  sums.add(weight, [&](std::size_t at) {
    const Engagement& track = tracks[at];
    const double s = (share(track) * plays(track) + prior * mean) / (plays(track) + prior);
    // odds(s) / (odds(s) + odds(mean)) without a division by 1 - s = 0
    return s * (1 - mean) / (s * (1 - mean) + mean * (1 - s));
  });
}

}  // namespace

std::vector<float> quality_of(std::span<const Engagement> tracks, double prior,
                              const QualityWeights& weights) {
  Sums sums(tracks.size());
  add_count(tracks, &Engagement::plays, weights.plays, sums);
  add_rate(tracks, &Engagement::likes, prior, weights.likes, sums);
  add_rate(tracks, &Engagement::comments, prior, weights.comments, sums);
  add_share(
      tracks, [](const Engagement& track) { return 1 - track.skip_rate; }, prior, weights.skips,
      sums);
  add_share(
      tracks, [](const Engagement& track) { return track.completion; }, prior, weights.completion,
      sums);
  return sums.quality();
}

}  // namespace model
