// Inner products of a query with rows that lie anywhere in a matrix.
#pragma once

#include "playlist/neighbour_graph.hpp"

namespace model {

/// The function for this processor.
playlist::GatheredProducts gathered_products();

/// -<a, b> of two vectors with dim values.
using Distance = float (*)(const float* a, const float* b, std::size_t dim);
Distance inner_product_distance();

}  // namespace model
