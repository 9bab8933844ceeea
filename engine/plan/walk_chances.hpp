// How likely each track is a walk's next, over all that its lot may bring.
#pragma once

#include <cstddef>
#include <vector>

#include "core/random.hpp"

namespace engine {

/// The choice holds the first `near` of the tracks and `strangers` of the others, every such set as
/// likely; of it one is drawn with exp(score / temperature). Returns how likely each track is drawn,
/// together 1: exact where the choice holds all of the others, else the mean over 64 sets.
///
/// scores       finite; temperature > 0
std::vector<double> chances_by_lot(const std::vector<float>& scores, std::size_t near,
                                   std::size_t strangers, double temperature, Random& random);

}  // namespace engine
