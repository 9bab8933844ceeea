// What one list of candidates gives each of its tracks in a blend of several: pl.blend.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "plan/candidates.hpp"

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

/// How many candidates of each branch count, of `sizes` that it found: its quota, and of what others
/// lack of theirs a part in proportion to the quotas, as far as it found more. A branch without a
/// quota (0) gives all it found, and takes nothing of what others lack. As long as `sizes`.
std::vector<std::size_t> allotments(std::span<const std::size_t> quotas,
                                    std::span<const std::size_t> sizes);

class Evaluation;

/// Joins what row `from` of another table says of a track (explanation, channel, seed) to what row
/// `to` says of it.
void join_texts(Evaluation& evaluation, Candidates& made, std::size_t to, const Candidates& other,
                std::size_t from);

}  // namespace engine
