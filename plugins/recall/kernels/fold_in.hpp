// A user folded into a factor model that was trained without them: their factors from what they
// like and dislike, and how much each of it speaks for a track.
//
//   x = A^-1 sum over liked s of w_s y_s
//   A = unobserved_weight * gram + sum over all s of |w_s| y_s y_s' + ridge I
//   ridge = regularization * (sum of |w_s| + unobserved_weight * rows)^frequency_scaling
//
// which is what training solves for a user (plugins/model/kernels/als.hpp), a dislike being an
// observation of 0 instead of 1. x is a sum over the liked, so a track's score is too:
// w_s y_s' A^-1 y_track is what s gives to it (Hu, Koren, Volinsky: Collaborative Filtering for
// Implicit Feedback Datasets, ICDM 2008, section 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "shared/exact_search.hpp"

namespace recall {

struct FactorModel {
  shared::RowMatrix factors;
  const float* gram;  // dim x dim: sum over rows of y y'
  double regularization, unobserved_weight, frequency_scaling;
};

/// weight > 0: liked, < 0: disliked, 0: left out; finite. Without a row, < 0, a seed is left out,
/// too.
struct WeightedRow {
  std::int32_t row;
  float weight;
};

class FoldedUser {
 public:
  /// Time  dim^3 / 3 + dim^2 * seeds multiplications twice over; memory 12 dim^2 + 4 dim * seeds
  FoldedUser(const FactorModel& model, std::span<const WeightedRow> seeds);

  /// dim values; all 0 when nothing is liked.
  [[nodiscard]] std::span<const float> factors() const { return factors_; }
  /// What every seed gives to the scores of rows with these factors: element r * gift_stride() + s
  /// is what seed s gives to rows[r], which adds up to its score. Those that are disliked or left
  /// out give 0.
  [[nodiscard]] std::vector<float> gifts(std::span<const float* const> rows) const;
  /// At least as many as there are seeds; what stands beyond them is 0.
  [[nodiscard]] std::size_t gift_stride() const { return stride_; }

 private:
  std::size_t dim_, stride_;
  std::vector<float> factors_;
  std::vector<float> parts_;  // dim x stride: x is the sum of each row
};

/// The first seed that gives most to track_gifts[s] + scale * artist_gifts[s], both of `stride`
/// values; artist_gifts may be nullptr.
std::size_t largest_gift(const float* track_gifts, const float* artist_gifts, float scale,
                         std::size_t stride);

}  // namespace recall
