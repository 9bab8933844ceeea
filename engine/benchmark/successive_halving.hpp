// Choosing among many settings with little work: all are judged by little, the better third by
// more, and so on.
//
// Successive halving (Karnin, Koren, Somekh: Almost Optimal Exploration in Multi-Armed Bandits,
// ICML 2013; Jamieson, Talwalkar: Non-stochastic Best Arm Identification and Hyperparameter
// Optimization, AISTATS 2016), a third being kept as in Li et al.: Hyperband, JMLR 2018. The work
// is counted in settings and rounds, so what is chosen depends on nothing but the judge, unless
// time runs out.
#pragma once

#include <cstddef>
#include <functional>

namespace engine::benchmark {

/// What a setting is worth in a round; both from 0. Higher is better; no number is worst.
using WorthInRound = std::function<double(std::size_t setting, std::size_t round)>;

struct HalvingChoice {
  std::size_t setting = 0;
  std::size_t judged = 0;     // calls of the judge
  std::size_t round = 0;      // by which it was chosen
  bool is_cut_short = false;  // time was up before all that was to be judged was
};

/// Settings that a round leaves to the next: the better third, two at least.
std::size_t settings_left(std::size_t settings);

/// The best of the last round, equal ones in their order. A round judges the settings of the
/// greatest worth in the one before first, so that one which `is_time_up` cuts short still judges
/// the most promising: the best of those is chosen, and without any that of the round before. The
/// first setting of all is judged whatever the time.
HalvingChoice successive_halving(std::size_t settings, std::size_t rounds,
                                 const WorthInRound& worth,
                                 const std::function<bool()>& is_time_up);

}  // namespace engine::benchmark
