// Means with intervals, from resampling what was measured.
//
// One resample draws as many users as there are, with replacement, and for each drawn user as many
// of that user's values as there are, with replacement; the interval holds the middle 95 % of the
// resamples' means (percentile bootstrap: Efron, Tibshirani: An Introduction to the Bootstrap,
// 1993, chapters 8 and 13). With one user only the dates are drawn. Weeks of one user resemble each
// other, which this does not model: read the intervals as slightly too narrow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace engine::evaluate {

struct Interval {
  double mean = 0, low = 0, high = 0;  // all NaN without any value
  std::size_t count = 0;               // values
};

struct BootstrapOptions {
  std::uint64_t random_seed = 1;
  std::size_t resamples = 2'000;
  double share = 0.95;  // of the resamples inside the interval
};

/// `values_by_user`: one list of values per user, NaN left out; users without any are skipped. The
/// mean is over all values. Same input, same output.
Interval bootstrap_mean(const std::vector<std::vector<double>>& values_by_user,
                        const BootstrapOptions& options);

}  // namespace engine::evaluate
