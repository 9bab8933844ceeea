// Plain loops that clusters_bench.cpp compares with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// The weight of the minimum spanning tree of max(core, core, distance): core distances by a heap of
/// each row, then Prim's algorithm with a list of all rows, as its definition says.
double plain_reachability_weight(const float* rows, std::size_t count, std::size_t dim,
                                 std::size_t min_samples);

/// UMAP's descent as the paper writes it: one edge after the other, both rows moved, powers computed
/// for each pair. Edges are drawn as often in `epochs` as in as many of all.
struct PlainDescent {
  const std::int64_t* offsets;
  const std::int32_t* indices;
  const float* weights;
  std::size_t rows, dim;
  int epochs;
  double a, b;
};
void plain_descent(const PlainDescent& descent, std::vector<float>& places);

}  // namespace bench
