// Plays of a platform's users, made up: what the benchmarks of collaborative models run on.
//
// Every user draws a log-normal number of tracks, half of them from the charts and half from one of
// 50 tastes, each its own order of the tracks; the chance of the k-th is k^-0.8. Weights are 1
// to 7. With the default sizes 10.7 M interactions are left once repeated draws are one; the same
// on every machine.
#pragma once

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include "kernels/interactions.hpp"

namespace bench {

struct PlaysOptions {
  std::int32_t users = 100'000, tracks = 100'000;
  double draws = 11'200'000;
};

inline model::SparseMatrix synthetic_plays(const PlaysOptions& options = {}) {
  constexpr int kTastes = 50;
  playlist::Random random(7);
  std::vector<double> sums(static_cast<std::size_t>(options.tracks));
  double sum = 0;
  for (std::size_t k = 0; k < sums.size(); ++k)
    sums[k] = sum += std::pow(static_cast<double>(k + 1), -0.8);
  std::vector<std::vector<std::int32_t>> tastes(kTastes, std::vector<std::int32_t>(sums.size()));
  for (auto& taste : tastes) {
    std::iota(taste.begin(), taste.end(), 0);
    random.shuffle(std::span(taste));
  }
  model::SparseMatrix plays;
  plays.columns = options.tracks;
  std::vector<std::int32_t> drawn;
  const double mean = options.draws / options.users / std::exp(0.5);
  for (std::int32_t user = 0; user < options.users; ++user) {
    const double normal = std::sqrt(-2 * std::log(1 - random.real())) *
                          std::cos(2 * std::numbers::pi * random.real());
    const auto count = static_cast<std::size_t>(std::max(1.0, mean * std::exp(normal)));
    const auto own = static_cast<std::size_t>(user) * 7919 % kTastes;
    drawn.clear();
    for (std::size_t k = 0; k < count; ++k)
      drawn.push_back(tastes[random.chance(0.5) ? own : 0][random.draw(sums)]);
    std::sort(drawn.begin(), drawn.end());
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
    for (const std::int32_t track : drawn) {
      plays.indices.push_back(track);
      plays.values.push_back(static_cast<float>(1 + random.below(7)));
    }
    plays.offsets.push_back(plays.entries() + static_cast<std::int64_t>(drawn.size()));
  }
  return plays;
}

}  // namespace bench
