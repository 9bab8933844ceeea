// From scores to the chances by which a draw with Gumbel noise chooses.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace engine {

/// exp(score) over their sum, in place; as good for large scores.
inline void to_chances(std::vector<double>& scores) {
  if (scores.empty()) return;
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) {
    score = std::exp(score - most);
    sum += score;
  }
  for (double& score : scores) score /= sum;
}

}  // namespace engine
