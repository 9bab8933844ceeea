// Blending the lists of several models as pl.blend { by = "calibrated" } does.
#pragma once

#include <cstdint>
#include <vector>

#include "benchmark/recommending.hpp"

namespace engine::benchmark {

/// The tracks of all lists by the sum of their calibrated scores (plan/blending.hpp), each list
/// with its weight; best first, equal ones by number, `limit` at most. Lists of weight 0 take no
/// part.
std::vector<std::int32_t> blend(const std::vector<const RankedList*>& lists,
                                const std::vector<double>& weights, std::size_t limit);

/// Weights that give the highest `worth`, by coordinate steps from equal ones: each weight in turn
/// is tried smaller and larger by a factor, or at 0, and moves while it gains. Deterministic.
template <class Worth>
std::vector<double> search_weights(std::size_t count, const Worth& worth) {
  std::vector<double> best(count, 1);
  double best_worth = worth(best);
  for (const double factor : {2.0, 1.4, 1.2}) {
    for (bool has_gained = true; has_gained;) {
      has_gained = false;
      for (std::size_t k = 0; k < count; ++k) {
        for (const double value : {best[k] * factor, best[k] / factor, 0.0}) {
          std::vector<double> tried = best;
          tried[k] = value;
          const double tried_worth = worth(tried);
          if (!(tried_worth > best_worth)) continue;
          best = tried;
          best_worth = tried_worth;
          has_gained = true;
        }
      }
    }
  }
  return best;
}

}  // namespace engine::benchmark
