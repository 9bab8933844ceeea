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

inline constexpr std::size_t kFewestUsers = 5;

/// What is above and below the line of a quotient, in one place (a week).
struct Quotient {
  double above = 0, below = 0;
};

/// The sum of all above over the sum of all below; users and their places are drawn as values are
/// there. Of fewer than kFewestUsers, who stand for nobody else, places alone are drawn, each user's
/// own: the interval is of these people. Resamples with nothing below are left out. All NaN where there is nothing below at all.
Interval bootstrap_quotient(const std::vector<std::vector<Quotient>>& places_by_user,
                            const BootstrapOptions& options);

}  // namespace engine::evaluate
