// How alike two items are by who played both: the heart of model.item_cf.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "interactions.hpp"
#include "shared_steps.hpp"

namespace model {

/// With x(u,i) the weight of item i for user u, c(i,j) = sum over u of x(u,i) x(u,j), n(i) = the
/// number of users of i, and |i| = sqrt(c(i,i)):
///
///   kCosine   c(i,j) / (|i| |j| + shrinkage)
///   kBm25     cosine over x = idf(u) x (k1 + 1) / (x + k1 (1 - b + b length(i) / mean length)),
///             the roles of word and document being user and item
///   kTfIdf    cosine over x = sqrt(x) idf(u), idf(u) = 1 + log(items / (1 + n(u)))
///   kJaccard  s / (n(i) + n(j) - s + shrinkage), s = shared users; weights are not looked at
///   kTversky  s / (s + own_weight (n(i) - s) + neighbour_weight (n(j) - s) + shrinkage): Jaccard
///             where both weights are 1, Dice where they are 1/2 (Tversky: Features of Similarity,
///             Psychological Review 1977)
///   kAsymmetric  c(i,j) / (|i|^(2 asymmetry) |j|^(2 - 2 asymmetry) + shrinkage): cosine where
///             asymmetry is 1/2 (Aiolli: Efficient Top-N Recommendation for Very Large Scale Binary
///             Rated Datasets, RecSys 2013); near 1 it is the conditional probability of j given i
///             of Deshpande and Karypis: Item-Based Top-N Recommendation Algorithms, TOIS 2004
///   kP3Alpha  the chance of a walk i -> user -> j: with p(i->u) = x(u,i) / sum of i's, p(u->j) =
///             x(u,j) / sum of u's: sum over u of (p(i->u) p(u->j))^alpha (Cooper, Lee, Radzik,
///             Siantos: Random Walks in Recommender Systems, WWW 2014 Companion); alpha 0 counts
///             the shared users
///   kRp3Beta  kP3Alpha divided by n(j)^beta (Paudel, Christoffel, Newell, Bernstein: Updatable,
///             Accurate, Diverse, and Scalable Recommendations for Interactive Applications, TiiS
///             2017, section 3.2)
///
/// Where most items have few users, much shrinkage or little alpha keeps a single shared user from
/// being the closest of all; Ferrari Dacrema, Cremonesi, Jannach: Are We Really Making Much
/// Progress?, RecSys 2019, searched 0 .. 1,000 and 0 .. 2.
struct SimilarityOptions {
  enum class Metric { kCosine, kBm25, kTfIdf, kJaccard, kTversky, kAsymmetric, kP3Alpha, kRp3Beta };
  Metric metric = Metric::kCosine;
  std::int32_t neighbours = 200;                    // kept per item, 1 .. items
  double shrinkage = 0;                             // >= 0; not of kP3Alpha and kRp3Beta
  double beta = 0.3;                                // kRp3Beta, 0 .. 2
  double alpha = 1;                                 // kP3Alpha and kRp3Beta, 0 .. 2
  double asymmetry = 0.5;                           // kAsymmetric, 0 .. 1
  double own_weight = 0.5, neighbour_weight = 0.5;  // kTversky, > 0
  double k1 = 1.2, b = 0.75;                        // kBm25
  int threads = 1;                                  // >= 1; the result does not depend on it
  /// Called now and then from the calling thread with 0 .. 1; false stops the work.
  std::function<bool(double)> proceed;
  /// Where several processes share the work: step `name`, of which a part is each item's best of the pairs in its rows.
  SharedSteps* shared = nullptr;
  std::string name = "similar";
  bool is_last_step = false;
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
