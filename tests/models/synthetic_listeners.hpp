// Listeners whose weights are known: each has a taste over clusters of tracks and goes through
// sessions, choosing the next track among some by a softmax over what they know of each.
#pragma once

#include "playlist/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/conditional_logit.hpp"

namespace test {

struct SyntheticListeners {
  static constexpr std::size_t kFeatures = 6;
  /// similarity, long not played, same artist, key match, share of the cluster lately, taste.
  static constexpr std::array<double, kFeatures> kTrue = {2.0, 1.0, -0.8, 0.5, -0.7, 0.6};

  std::vector<float> rows;
  std::vector<std::int64_t> begin{0};
  std::vector<std::int32_t> chosen, session;

  [[nodiscard]] model::ChoiceSets sets() const {
    return {kFeatures, rows, begin, chosen, {}, session};
  }

  explicit SyntheticListeners(std::uint64_t seed, int users = 20, int sessions = 10)
      : random_(seed) {
    make_tracks();
    for (int user = 0; user < users; ++user) {
      for (double& taste : taste_) taste = normal();
      for (double& last : last_played_) last = -kMonth * random_.real();
      double hours = 0;
      for (int k = 0; k < sessions; ++k, hours += 10) hours = listen(hours);
    }
  }

 private:
  static constexpr int kTracks = 300, kArtists = 60, kClusters = 12, kDim = 6, kSteps = 15,
                       kAlternatives = 30, kRecent = 10;
  static constexpr double kMonth = 720;  // hours

  struct Track {
    int artist, cluster, key;
    std::array<double, kDim> vector;
  };

  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.real()));
    return radius * std::cos(2 * std::acos(-1.0) * random_.real());
  }
  std::size_t below(int n) {
    return static_cast<std::size_t>(random_.below(static_cast<std::uint64_t>(n)));
  }

  void make_tracks() {
    std::vector<std::array<double, kDim>> centres(kClusters);
    for (auto& centre : centres)
      for (double& value : centre) value = normal();
    for (int k = 0; k < kTracks; ++k) {
      Track track{k % kArtists, k % kArtists % kClusters, static_cast<int>(below(12)), {}};
      double length = 0;
      for (std::size_t d = 0; d < kDim; ++d) {
        track.vector[d] = centres[static_cast<std::size_t>(track.cluster)][d] + 0.6 * normal();
        length += track.vector[d] * track.vector[d];
      }
      for (double& value : track.vector) value /= std::sqrt(length);
      tracks_.push_back(track);
    }
    last_played_.resize(kTracks);
  }

  double listen(double hours) {
    std::size_t current = below(kTracks);
    std::vector<int> recent;
    for (int step = 0; step < kSteps; ++step, hours += 1.0 / 15) {
      last_played_[current] = hours;
      recent.push_back(tracks_[current].cluster);
      current = choose(current, recent, hours);
    }
    ++session_;
    return hours;
  }

  std::size_t choose(std::size_t current, const std::vector<int>& recent, double hours) {
    std::size_t best = 0;
    double most = -1e300;
    for (int k = 0; k < kAlternatives; ++k) {
      const std::size_t track = below(kTracks);
      const std::array<double, kFeatures> row = features(current, track, recent, hours);
      double utility = -std::log(-std::log(1 - random_.real()));
      for (std::size_t f = 0; f < kFeatures; ++f) {
        utility += kTrue[f] * row[f];
        rows.push_back(static_cast<float>(row[f]));
      }
      if (utility <= most) continue;
      most = utility;
      best = track;
      if (chosen.size() + 1 == begin.size()) chosen.push_back(k);
      chosen.back() = k;
    }
    begin.push_back(begin.back() + kAlternatives);
    session.push_back(session_);
    return best;
  }

  [[nodiscard]] std::array<double, kFeatures> features(std::size_t current, std::size_t next,
                                                       const std::vector<int>& recent,
                                                       double hours) const {
    const Track &a = tracks_[current], &b = tracks_[next];
    double similarity = 0;
    for (std::size_t d = 0; d < kDim; ++d) similarity += a.vector[d] * b.vector[d];
    const auto lately =
        std::min<std::ptrdiff_t>(kRecent, static_cast<std::ptrdiff_t>(recent.size()));
    const auto alike = std::count(recent.end() - lately, recent.end(), b.cluster);
    return {similarity,
            std::min(1.0, std::log1p(hours - last_played_[next]) / std::log1p(kMonth)),
            a.artist == b.artist ? 1.0 : 0.0,
            a.key == b.key ? 1.0 : 0.0,
            static_cast<double>(alike) / static_cast<double>(lately),
            taste_[static_cast<std::size_t>(b.cluster)]};
  }

  playlist::Random random_;
  std::vector<Track> tracks_;
  std::vector<double> last_played_;  // hours
  std::array<double, kClusters> taste_{};
  std::int32_t session_ = 0;
};

}  // namespace test
