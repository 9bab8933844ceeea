// The inverse of a large symmetric matrix in its own place: the heart of model.ease.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace model {

/// A symmetric float32 matrix as the square tiles of its lower half. What the last tiles have
/// beyond `size` is the unit matrix, so that it neither takes part nor is in the way.
class TiledSymmetric {
 public:
  static constexpr std::int64_t kTile = 512;

  /// All zero but for that unit matrix. Throws std::bad_alloc.
  explicit TiledSymmetric(std::int64_t size);

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::int64_t tiles() const { return tiles_of(size_); }
  /// Tile of block row i and block column j <= i, kTile x kTile, row-major. Diagonal tiles hold
  /// both halves.
  [[nodiscard]] float* tile(std::int64_t i, std::int64_t j) { return values_.get() + place(i, j); }
  [[nodiscard]] const float* tile(std::int64_t i, std::int64_t j) const {
    return values_.get() + place(i, j);
  }
  /// Rows [kTile * block, kTile * (block + 1)) of the whole matrix, as kTile rows of
  /// kTile * tiles() columns.
  void copy_rows(std::int64_t block, float* out) const;

  static std::int64_t tiles_of(std::int64_t size) { return (size + kTile - 1) / kTile; }
  /// About 2 * size^2.
  static std::int64_t bytes_of(std::int64_t size);

 private:
  struct Free {
    void operator()(float* values) const;
  };
  static std::size_t place(std::int64_t i, std::int64_t j) {
    return static_cast<std::size_t>((i * (i + 1) / 2 + j) * kTile * kTile);
  }

  std::int64_t size_;
  std::unique_ptr<float[], Free> values_;
};

/// Replaces `matrix` by its inverse.
///
/// matrix    positive definite, and not nearly singular: what is lost in float32 grows with
///           the ratio of its largest and smallest eigenvalues (1e-7 times that)
/// threads   >= 1; the result does not depend on it
/// proceed   asked from the calling thread with 0 .. 1; false stops, and leaves `matrix` useless
/// Time      size^3 additions and multiplications taken together
/// Memory    8 * kTile * size bytes beside the matrix
/// Returns   false when `proceed` said stop
/// Throws    std::domain_error when the matrix is not positive definite
bool invert(TiledSymmetric& matrix, int threads, const std::function<bool(double)>& proceed = {});

}  // namespace model
