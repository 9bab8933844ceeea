// Thompson sampling: which kind of suggestion is asked about next.
//
// Every arm has a Beta posterior of how often its suggestions are accepted. A draw takes a number
// from each posterior and the arm with the largest: arms that did well are asked about more often,
// arms that nobody knows yet often enough to be known.
//
// The chance that arm k is drawn, P(k) = integral of f_k(x) times the product of F_j(x) over the
// other arms j, has no closed form; with x = the u-quantile of arm k it is an integral of a smooth
// function over u in [0, 1], by Gauss-Legendre with 64 points, right to about 1e-5 of itself. It is what later estimates of
// acceptance divide by (acceptance.hpp).
#pragma once

#include <cstddef>
#include <span>

#include "core/random.hpp"

namespace engine::discovery {

/// Beta(accepted + 1, rejected + 1): uniform before the first answer.
struct Posterior {
  double accepted = 0, rejected = 0;  // answers, old ones by less than 1
  [[nodiscard]] double mean() const { return (accepted + 1) / (accepted + rejected + 2); }
};

/// One number of `random` per arm, in their order. Of equal draws the first. `arms` is not empty.
std::size_t draw_arm(std::span<const Posterior> arms, Random& random);

/// P(arm) as above; of all arms together 1, but for rounding. At least the smallest normal number:
/// what was drawn had a chance.
double draw_probability(std::span<const Posterior> arms, std::size_t arm);

}  // namespace engine::discovery
