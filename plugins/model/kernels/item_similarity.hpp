// How alike two items are by who played both: the heart of model.item_cf.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "interactions.hpp"

namespace model {

/// With x(u,i) the weight of item i for user u, c(i,j) = sum over u of x(u,i) x(u,j), n(i) = the
/// number of users of i, and |i| = sqrt(c(i,i)):
///
///   kCosine   c(i,j) / (|i| |j| + shrinkage)
///   kBm25     cosine over x = idf(u) x (k1 + 1) / (x + k1 (1 - b + b length(i) / mean length)),
///             the roles of word and document being user and item
///   kTfIdf    cosine over x = sqrt(x) idf(u), idf(u) = 1 + log(items / (1 + n(u)))
///   kJaccard  shared users / (n(i) + n(j) - shared users + shrinkage); weights are not looked at
///   kRp3Beta  the chance of a walk i -> user -> j, divided by popularity(j)^beta: with
///             p(u,i) = x(u,i) / sum of u's, sum of i's: (sum over u of p(i->u) p(u->j)) /
///             n(j)^beta (Paudel, Christoffel, Newell, Bernstein: Updatable, Accurate, Diverse, and
///             Scalable Recommendations for Interactive Applications, TiiS 2017, section 3.2);
///             alpha is the exponent of both probabilities
struct SimilarityOptions {
  enum class Metric { kCosine, kBm25, kTfIdf, kJaccard, kRp3Beta };
  Metric metric = Metric::kCosine;
  std::int32_t neighbours = 200;  // kept per item, 1 .. items
  double shrinkage = 0;           // >= 0
  double beta = 0.3;              // kRp3Beta, 0 .. 1
  double alpha = 1;               // kRp3Beta, 0.1 .. 2
  double k1 = 1.2, b = 0.75;      // kBm25
  int threads = 1;                // >= 1; the result does not depend on it
  /// Called now and then from the calling thread with 0 .. 1; false stops the work.
  std::function<bool(double)> proceed;
};

/// Row i of the result: the neighbours of item i with their similarity, at most
/// options.neighbours of the highest positive ones, best first (unlike in other matrices), equal
/// ones by item number. An item is not its own neighbour.
///
/// users     users x items; weights finite and > 0
/// Time      sum over users of (their items)^2 / 2 additions, and items^2 / 2 comparisons that are
///           vectorised; memory 28 bytes an entry and 8 bytes * neighbours * items * threads
/// Returns   an empty matrix (0 rows) when `proceed` said stop
SparseMatrix similar_items(const SparseMatrix& users, const SimilarityOptions& options);

}  // namespace model
