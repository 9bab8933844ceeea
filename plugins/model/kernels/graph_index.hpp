// Builds the graph that playlist/neighbour_graph.hpp searches.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "content_space.hpp"

namespace model {

struct GraphOptions {
  std::size_t neighbours = 16;      // of a node, 2 .. 128; twice as many on the lowest level
  std::size_t breadth = 100;        // of the search for a new node's neighbours, >= neighbours
  double recall = 0.98;             // 0..1, of the 50 best that a search should find
  std::size_t most_breadth = 1600;  // of a search; one that needs more had better read all rows
  std::function<bool(double)> proceed = {};  // called now and then with 0 .. 1; false stops it
};

struct BuiltGraph {
  std::string bytes;        // with the breadth in it; "" when `proceed` said stop
  std::size_t breadth = 0;  // of a search for 50 rows
  double recall = 0;        // measured with it; may be less than was asked
};

/// A graph over unit vectors by inner product, built by hnswlib row after row on the calling
/// thread, so that equal vectors give equal bytes. The breadth is the least of 100, 200, 400 ...
/// with which a search finds the share `recall` of the truly best 50 rows, over 200 rows spread
/// evenly over the matrix, each itself left out.
/// Time      about 100 us a row of 64 values, growing with the logarithm of the rows
/// Memory    (4 * dim + 16 * neighbours + 100) bytes a row while it is built
BuiltGraph build_graph(const Vectors& vectors, const GraphOptions& options);

}  // namespace model
