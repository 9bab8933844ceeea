// Rows and their nearest others as a graph of how surely two rows lie together: UMAP's.
//
//   w(a -> b) = exp(-max(0, d(a,b) - nearest(a)) / scale(a)),  the weights of a row summing to
//               log2(neighbours), which sets its scale
//   w(a, b)   = w(a -> b) + w(b -> a) - w(a -> b) w(b -> a)
//
// Paper: McInnes, Healy, Melville: UMAP: Uniform Manifold Approximation and Projection, 2018,
// section 3
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "content_space.hpp"
#include "interactions.hpp"

namespace model {

/// Of every row as many neighbours, nearest first, without the row itself.
struct NearestRows {
  std::size_t each = 0;
  std::vector<std::int32_t> row;  // rows x each
  std::vector<float> distance;    // >= 0

  [[nodiscard]] std::size_t rows() const { return each == 0 ? 0 : row.size() / each; }
};

/// The `each` nearest others of unit vectors by 1 - cosine; of fewer rows all. The same for any
/// number of threads.
NearestRows nearest_by_cosine(const Vectors& rows, std::size_t each, int threads);

/// Symmetric, without a diagonal; weights in (0, 1], a row's neighbours ascending.
SparseMatrix fuzzy_graph(const NearestRows& nearest);

}  // namespace model
