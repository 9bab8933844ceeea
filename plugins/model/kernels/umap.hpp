// Rows in few dimensions, so that those which lie together stay together: UMAP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "content_space.hpp"

namespace model {

struct UmapOptions {
  std::size_t dim = 2;          // 1 .. 64
  std::size_t neighbours = 15;  // of a row, itself counted, >= 2
  double min_dist = 0.1;        // how close rows may come, 0 .. spread
  double spread = 1;            // > 0
  int epochs = 0;               // 0: 500 up to 10,000 rows, else 200
  int negatives = 5;            // rows drawn for each pull of a neighbour
  std::uint64_t random_seed = 1;
  int threads = 1;
  std::function<bool(double)> proceed = {};  // called now and then with 0 .. 1; false stops it
};

/// Of unit vectors, by cosine. Starts from the graph's smoothest directions (spectral_start.hpp), or
/// where its parts are not joined from the rows' principal components, and descends the cross entropy of the fuzzy graph (fuzzy_graph.hpp) and the one that places make,
/// 1 / (1 + a d^2b): rows are pulled by their neighbours, each edge as often as its weight says, and
/// pushed away by rows drawn at random. Unlike the paper's implementation a pull moves one row, twice
/// as far but at most half way, as the edge pulls from its other side as well; a row's draws have a
/// generator of their own in every epoch; and within a sixteenth of an epoch rows do not see each
/// other move. So the result is the same for any number of threads; levels of the processor differ.
///
/// Returns  nothing where `proceed` said stop; of fewer than 3 rows places that are 0
/// Paper    McInnes, Healy, Melville: UMAP: Uniform Manifold Approximation and Projection, 2018
Vectors umap(const Vectors& rows, const UmapOptions& options);

/// a and b of 1 / (1 + a d^2b) that come nearest to 1 up to min_dist, and from there on to
/// exp(-(d - min_dist) / spread), by least squares over 0 .. 3 spread.
struct UmapCurve {
  double a, b;
};
UmapCurve umap_curve(double min_dist, double spread);

}  // namespace model
