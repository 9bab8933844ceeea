// Inner products of a query with rows that lie anywhere in a matrix.
#pragma once

#include "playlist/neighbour_graph.hpp"

namespace recall {

/// The function for this processor.
playlist::GatheredProducts gathered_products();

}  // namespace recall
