#include "discovery/thompson.hpp"

#include <algorithm>
#include <limits>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/beta.hpp>

namespace engine::discovery {
namespace {

double quantile(const Posterior& arm, double u) {
  return boost::math::ibeta_inv(arm.accepted + 1, arm.rejected + 1, u);
}

double cumulative(const Posterior& arm, double x) {
  return boost::math::ibeta(arm.accepted + 1, arm.rejected + 1, x);
}

}  // namespace

std::size_t draw_arm(std::span<const Posterior> arms, Random& random) {
  std::size_t best = 0;
  double largest = -1;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    const double drawn = quantile(arms[arm], random.uniform());
    if (drawn <= largest) continue;
    largest = drawn;
    best = arm;
  }
  return best;
}

double draw_probability(std::span<const Posterior> arms, std::size_t arm) {
  const auto others_below = [&](double u) {
    const double x = quantile(arms[arm], u);
    double product = 1;
    for (std::size_t other = 0; other < arms.size() && product > 0; ++other)
      if (other != arm) product *= cumulative(arms[other], x);
    return product;
  };
  const double probability =
      boost::math::quadrature::gauss<double, 64>::integrate(others_below, 0.0, 1.0);
  return std::clamp(probability, std::numeric_limits<double>::min(), 1.0);
}

}  // namespace engine::discovery
