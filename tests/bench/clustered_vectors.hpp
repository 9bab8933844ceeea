// Unit vectors as embeddings of tracks lie: in 2,000 clusters of unequal size near a plane of a
// third of the dimensions, with noise in all of them.
#pragma once

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/content_space.hpp"

namespace bench {

/// Standard normal numbers (Box and Muller).
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : random_(seed) {}
  float next() {
    if (has_other_) {
      has_other_ = false;
      return other_;
    }
    const double radius = std::sqrt(-2 * std::log(1 - random_.real()));
    const double angle = 2 * std::acos(-1.0) * random_.real();
    other_ = static_cast<float>(radius * std::sin(angle));
    has_other_ = true;
    return static_cast<float>(radius * std::cos(angle));
  }
  playlist::Random& random() { return random_; }

 private:
  playlist::Random random_;
  float other_ = 0;
  bool has_other_ = false;
};

class ClusteredVectors {
 public:
  explicit ClusteredVectors(std::size_t dim)
      : dim_(dim),
        plane_(std::max<std::size_t>(8, dim / 3)),
        basis_(plane_ * dim),
        centres_(kClusters * plane_) {
    for (float& value : basis_) value = normal_.next();
    for (float& value : centres_) value = normal_.next();
    for (std::size_t c = 0; c < kClusters; ++c)
      sums_.push_back((c > 0 ? sums_.back() : 0) + 1 / std::sqrt(static_cast<double>(c + 1)));
  }

  /// As many more of the same world.
  model::Vectors draw(std::size_t rows) {
    model::Vectors made(static_cast<std::int64_t>(rows), dim_);
    for (std::int64_t row = 0; row < made.rows; ++row) {
      const float* centre = &centres_[normal_.random().draw(sums_) * plane_];
      for (std::size_t k = 0; k < plane_; ++k) {
        const float value = centre[k] + 0.6f * normal_.next();
        for (std::size_t d = 0; d < dim_; ++d) made.row(row)[d] += value * basis_[k * dim_ + d];
      }
      for (std::size_t d = 0; d < dim_; ++d) made.row(row)[d] += 0.3f * normal_.next();
    }
    model::normalise(made);
    return made;
  }

 private:
  static constexpr std::size_t kClusters = 2'000;
  Normal normal_{11};
  std::size_t dim_, plane_;
  std::vector<float> basis_, centres_;
  std::vector<double> sums_;
};

}  // namespace bench
