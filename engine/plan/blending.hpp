// What one list of candidates gives each of its tracks in a blend of several: pl.blend.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace engine {

enum class BlendBy {
  kScore,       // weight * score / best score; 0 where the best is not above 0
  kRank,        // weight / (60 + place), from 1 (Cormack, Clarke, Buettcher: Reciprocal Rank Fusion
                // outperforms Condorcet, SIGIR 2009)
  kCalibrated,  // weight * (score - lowest score) / standard deviation of the scores: how far a
                // track stands above the list's end, in units that lists of any scale share
};
/// "score", "rank", "calibrated".
std::optional<BlendBy> blend_by(std::string_view name);

/// One number per score, in their order, which is the list's. NaN counts as 0. A track that a list
/// does not have gets 0 from it. Calibrated scores of a list whose scores are all equal are
/// weight each.
std::vector<double> blended(std::span<const double> scores, double weight, BlendBy by);

}  // namespace engine
