// How alike two orders are.
#pragma once

#include <cstdint>
#include <vector>

namespace engine {

/// Kendall's tau-b: of all pairs, those in the same order minus those in the opposite order, over
/// the geometric mean of the pairs not tied on either side. In [-1, 1]; NaN for fewer than two
/// items or when one side is all ties. O(n^2).
/// Paper  Kendall: The Treatment of Ties in Ranking Problems, Biometrika 33(3), 1945.
double kendall_tau_b(const std::vector<double>& a, const std::vector<double>& b);

/// Spearman's rho: Pearson's correlation of the ranks, ties sharing their mean rank. In [-1, 1];
/// NaN as for kendall_tau_b.
/// Paper  Spearman: The Proof and Measurement of Association between Two Things, American Journal
///        of Psychology 15(1), 1904.
double spearman_rho(const std::vector<double>& a, const std::vector<double>& b);

/// Extrapolated rank-biased overlap of two rankings without repeats, of any lengths: how much of
/// their beginnings they share, where the place k weighs p^(k-1). In [0, 1]: 1 for equal rankings
/// and for two empty ones, 0 for disjoint ones. p in (0, 1): with 0.9 the first ten places have
/// 86 % of the weight.
/// Paper  Webber, Moffat, Zobel: A Similarity Measure for Indefinite Rankings, ACM Transactions on
///        Information Systems 28(4), 2010, equation 32.
double rank_biased_overlap(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b,
                           double p = 0.9);

}  // namespace engine
