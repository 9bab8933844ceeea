// Where rows of a graph lie by its smoothest directions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "content_space.hpp"
#include "interactions.hpp"

namespace model {

/// The leading eigenvectors of D^-1/2 W D^-1/2 besides the first, which tells degrees only: the
/// spectral embedding of the normalised Laplacian (Belkin, Niyogi: Laplacian Eigenmaps, 2003), nearly:
/// by a few rounds of subspace iteration with Chebyshev polynomials (Zhou, Saad, 2007), so that within
/// parts of the graph that nothing joins rows keep some of the order of `first`.
///
/// graph    symmetric, weights > 0
/// first    rows x any number of columns: where the iteration begins; columns that `dim` needs beyond
///          it are drawn
/// threads  the result does not depend on it
/// Returns  rows x dim, each column of length 1, its largest value above 0; of a graph of fewer rows
///          the last columns are 0
Vectors spectral_start(const SparseMatrix& graph, const Vectors& first, std::size_t dim,
                       std::uint64_t random_seed, int threads);

}  // namespace model
