// For every row of a matrix the other rows with the largest dot products with it: exact.
//
// Every pair is multiplied once and told to both of its rows, half the arithmetic of a search for
// each row (exact_search.hpp); scores are the same to the bit, whichever of the two is the query.
#pragma once

#include <functional>
#include <vector>

#include "exact_search.hpp"

namespace shared {

struct RowNeighbours {
  std::size_t k = 0;             // of each row; matrix.rows - 1 at most
  std::vector<ScoredRow> found;  // matrix.rows x k; best first, equal scores by row number
};

/// matrix   values finite; for cosines unit vectors; its codes are not read
/// k        >= 0
/// threads  >= 1; the result does not depend on it
/// proceed  called on the calling thread with 0 .. 1; false stops it, and nothing is returned
/// Memory   16 k bytes a row while it works
/// Time     rows^2 * dim multiplications and additions, half of them saved
RowNeighbours neighbours_of_rows(const RowMatrix& matrix, std::size_t k, int threads = 1,
                                 const std::function<bool(double)>& proceed = {});

}  // namespace shared
