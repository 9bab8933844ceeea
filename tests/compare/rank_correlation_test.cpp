// Rank correlations by numbers worked out by hand.
#include "compare/rank_correlation.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using engine::kendall_tau_b;
using engine::rank_biased_overlap;
using engine::spearman_rho;

TEST_CASE("Kendall's tau-b counts pairs, without the tied ones", "[compare]") {
  CHECK(kendall_tau_b({1, 2, 3, 4}, {1, 2, 3, 4}) == 1);
  CHECK(kendall_tau_b({1, 2, 3, 4}, {4, 3, 2, 1}) == -1);
  CHECK(kendall_tau_b({1, 2, 3, 4}, {1, 3, 2, 4}) == Approx(4.0 / 6));  // 5 agree, 1 does not
  CHECK(kendall_tau_b({1, 2, 2}, {1, 2, 3}) == Approx(2 / std::sqrt(2.0 * 3)));
  CHECK(std::isnan(kendall_tau_b({1}, {1})));
  CHECK(std::isnan(kendall_tau_b({1, 1}, {1, 2})));
}

TEST_CASE("Spearman's rho is the correlation of mean ranks", "[compare]") {
  CHECK(spearman_rho({10, 20, 30}, {1, 5, 9}) == Approx(1));
  CHECK(spearman_rho({1, 2, 3, 4}, {1, 3, 2, 4}) == Approx(0.8));  // 1 - 6 * 2 / (4 * 15)
  CHECK(spearman_rho({1, 2, 3, 4}, {4, 3, 2, 1}) == Approx(-1));
  // Ranks 1, 2.5, 2.5 against 1, 2, 3: both 1.5, squares 1.5 and 2.
  CHECK(spearman_rho({1, 2, 2}, {1, 2, 3}) == Approx(1.5 / std::sqrt(1.5 * 2)));
  CHECK(std::isnan(spearman_rho({}, {})));
}

TEST_CASE("rank-biased overlap weighs the beginnings", "[compare]") {
  CHECK(rank_biased_overlap({1, 2, 3}, {1, 2, 3}) == Approx(1));
  CHECK(rank_biased_overlap({1, 2, 3}, {4, 5, 6}) == 0);
  // Overlaps 0 and 2 at depths 1 and 2: (1-p)/p * 2/2 p^2 + 2/2 p^2 = 0.25 + 0.25 with p = 0.5.
  CHECK(rank_biased_overlap({1, 2}, {2, 1}, 0.5) == Approx(0.5));
  // The shorter list is the longer one's beginning: nothing speaks against them being the same.
  CHECK(rank_biased_overlap({1}, {1, 2}, 0.5) == Approx(1));
  // Overlaps 1, 1: 0.5 + 0.5 * 0.25 = 0.625, and 1/2 * 0.25 = 0.125.
  CHECK(rank_biased_overlap({1, 2}, {1, 3}, 0.5) == Approx(0.75));
  CHECK(rank_biased_overlap({1, 2}, {1, 3}, 0.5) == rank_biased_overlap({1, 3}, {1, 2}, 0.5));
  CHECK(rank_biased_overlap({1, 2, 3, 4}, {1, 2, 4, 3}) >
        rank_biased_overlap({1, 2, 3, 4}, {2, 1, 3, 4}));
  CHECK(rank_biased_overlap({}, {}) == 1);
  CHECK(rank_biased_overlap({}, {1}) == 0);
}
