#include "plan/blending.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

double known(double score) {
  return std::isnan(score) ? 0 : score;
}

std::vector<double> by_score(std::span<const double> scores, double weight) {
  double best = 0;
  for (const double score : scores) best = std::max(best, known(score));
  std::vector<double> made;
  for (const double score : scores) made.push_back(best > 0 ? weight * known(score) / best : 0);
  return made;
}

std::vector<double> by_rank(std::size_t count, double weight) {
  std::vector<double> made;
  for (std::size_t place = 1; place <= count; ++place)
    made.push_back(weight / (60 + static_cast<double>(place)));
  return made;
}

std::vector<double> calibrated(std::span<const double> scores, double weight) {
  std::vector<double> made;
  if (scores.empty()) return made;
  const auto count = static_cast<double>(scores.size());
  double sum = 0, lowest = known(scores[0]), highest = lowest;
  for (const double score : scores) {
    sum += known(score);
    lowest = std::min(lowest, known(score));
    highest = std::max(highest, known(score));
  }
  double squares = 0;
  for (const double score : scores) {
    const double distance = known(score) - sum / count;
    squares += distance * distance;
  }
  const double deviation = std::sqrt(squares / count);
  const bool is_flat = !(highest > lowest) || !(deviation > 0);
  for (const double score : scores)
    made.push_back(is_flat ? weight : weight * (known(score) - lowest) / deviation);
  return made;
}

}  // namespace

std::optional<BlendBy> blend_by(std::string_view name) {
  if (name == "score") return BlendBy::kScore;
  if (name == "rank") return BlendBy::kRank;
  if (name == "calibrated") return BlendBy::kCalibrated;
  return std::nullopt;
}

std::vector<double> blended(std::span<const double> scores, double weight, BlendBy by) {
  switch (by) {
    case BlendBy::kScore:
      return by_score(scores, weight);
    case BlendBy::kRank:
      return by_rank(scores.size(), weight);
    default:
      return calibrated(scores, weight);
  }
}

std::vector<std::size_t> allotments(std::span<const std::size_t> quotas,
                                    std::span<const std::size_t> sizes) {
  std::vector<std::size_t> taken;
  std::size_t spare = 0;
  for (std::size_t k = 0; k < quotas.size(); ++k) {
    taken.push_back(quotas[k] == 0 ? sizes[k] : std::min(quotas[k], sizes[k]));
    if (quotas[k] > taken[k] && quotas[k] > 0) spare += quotas[k] - taken[k];
  }
  while (spare > 0) {
    double open = 0;  // the quotas of those that found more
    for (std::size_t k = 0; k < quotas.size(); ++k)
      if (taken[k] < sizes[k]) open += static_cast<double>(quotas[k]);
    if (open == 0) break;
    const auto round = static_cast<double>(spare);
    for (std::size_t k = 0; k < quotas.size(); ++k) {
      const double part = std::ceil(round * static_cast<double>(quotas[k]) / open);
      const std::size_t more =
          std::min({static_cast<std::size_t>(part), sizes[k] - taken[k], spare});
      taken[k] += more;
      spare -= more;
    }
  }
  return taken;
}

}  // namespace engine
