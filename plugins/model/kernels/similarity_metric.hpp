// The metrics of item similarity: what is added up, and what becomes of a sum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "interactions.hpp"
#include "item_similarity.hpp"

namespace model {

/// How sums of products become similarities.
///
///   kScaled   sum of x(u,i) x(u,j) to(j), from(i) times which is the similarity of j as a
///             neighbour of i
///   kShrunk   sum / (a(i) b(j) + shrinkage)
///   kTversky  sum / (a(i) + b(j) + shared sum + shrinkage)
///
/// a stands in `from`; b, of the neighbour, in `neighbour`, and these two forms have no `to`.
struct SimilarityScale {
  enum class Form { kScaled, kShrunk, kTversky };
  Form form = Form::kScaled;
  float shrinkage = 0;
  float shared = 0;                        // kTversky, at most 1
  std::vector<float> from, to, neighbour;  // by item; of an item without users they are 0

  /// Of j as a neighbour of i, from the sum that was added up in i's row.
  [[nodiscard]] float similarity(float sum, std::size_t i, std::size_t j) const {
    if (form == Form::kScaled) return sum * from[i];
    if (form == Form::kShrunk) return sum / (from[i] * neighbour[j] + shrinkage);
    return sum / (from[i] + neighbour[j] + shared * sum + shrinkage);
  }
  /// Of i as a neighbour of j, from the same sum.
  [[nodiscard]] float similarity_back(float sum, std::size_t i, std::size_t j) const {
    return form == Form::kScaled ? sum * (from[j] / to[j]) * to[i] : similarity(sum, j, i);
  }
};

/// The weights x whose products are added up, in the order of users.values.
std::vector<float> similarity_weights(const SparseMatrix& users, const SimilarityOptions& options);

/// By rank[item] instead of item. `weights` are similarity_weights().
SimilarityScale similarity_scale(const SparseMatrix& users, std::span<const float> weights,
                                 std::span<const std::int32_t> rank,
                                 const SimilarityOptions& options);

}  // namespace model
