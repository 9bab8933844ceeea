#include "benchmark/blend.hpp"

#include <algorithm>
#include <unordered_map>

#include "plan/blending.hpp"

namespace engine::benchmark {

std::vector<std::int32_t> blend(const std::vector<const RankedList*>& lists,
                                const std::vector<double>& weights, std::size_t limit) {
  std::unordered_map<std::int32_t, double> sums;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    if (weights[k] == 0) continue;
    const std::vector<double> scores(lists[k]->scores.begin(), lists[k]->scores.end());
    const std::vector<double> given = blended(scores, weights[k], BlendBy::kCalibrated);
    for (std::size_t place = 0; place < given.size(); ++place)
      sums[lists[k]->tracks[place]] += given[place];
  }
  std::vector<std::pair<std::int32_t, double>> tracks(sums.begin(), sums.end());
  const auto end = tracks.begin() + static_cast<std::ptrdiff_t>(std::min(limit, tracks.size()));
  std::partial_sort(tracks.begin(), end, tracks.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::int32_t> ranked;
  for (auto track = tracks.begin(); track != end; ++track) ranked.push_back(track->first);
  return ranked;
}

}  // namespace engine::benchmark
