// Whether a recipe beats what anybody could do, in one sentence that is true.
//
// Headline   precision@k and hit_rate@k, k = 30 where it is judged at, else the largest.
// Opponents  are the baselines. The strongest has the highest mean of the headline's precision, of
//            equals the first. It is picked after looking, which can only speak for it.
// Told by    the 95 % interval of the difference over the same lists: above 0 the recipe beats it,
//            below 0 it loses, and else it cannot be told.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "evaluate/backtest.hpp"

namespace engine::evaluate {

/// Indices of metrics.
struct Headline {
  std::size_t precision = 0, hit_rate = 0;
};
Headline headline_of(const Backtest& backtest);

/// What is worth seeing first: recipes as they were named, then the strongest opponents, at most
/// `most`; one opponent at least.
std::vector<std::size_t> first_entries(const Backtest& backtest, std::size_t most = 6);

/// The sentence on a recipe, an index of entries.
std::string verdict(const Backtest& backtest, std::size_t recipe);

}  // namespace engine::evaluate
