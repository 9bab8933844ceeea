#include "symmetric_inverse.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include <Eigen/Cholesky>

#include "dense_products.hpp"
#include "parallel.hpp"

namespace model {
namespace {

constexpr std::int64_t kTile = TiledSymmetric::kTile;
constexpr std::size_t kTileItems = static_cast<std::size_t>(kTile * kTile);

void transpose(const float* from, float* to) {
  constexpr std::int64_t kPart = 16;  // a cache line of floats
  for (std::int64_t r0 = 0; r0 < kTile; r0 += kPart) {
    for (std::int64_t c0 = 0; c0 < kTile; c0 += kPart) {
      for (std::int64_t r = r0; r < r0 + kPart; ++r) {
        for (std::int64_t c = c0; c < c0 + kPart; ++c) to[c * kTile + r] = from[r * kTile + c];
      }
    }
  }
}

/// The inverse of one tile, in double.
std::vector<float> inverse_of(const float* tile) {
  using Tile = Eigen::Matrix<float, kTile, kTile, Eigen::RowMajor>;
  const Eigen::MatrixXd matrix = Eigen::Map<const Tile>(tile).cast<double>();
  const Eigen::LLT<Eigen::MatrixXd> root(matrix);
  if (root.info() != Eigen::Success) throw std::domain_error("the matrix is not positive definite");
  const Eigen::MatrixXd inverse = root.solve(Eigen::MatrixXd::Identity(kTile, kTile));
  std::vector<float> result(kTileItems);
  Eigen::Map<Tile>(result.data()).noalias() = (0.5 * (inverse + inverse.transpose())).cast<float>();
  return result;
}

/// The sweep operator (Goodnight: A Tutorial on the SWEEP Operator, The American Statistician
/// 1979), block by block. Sweeping block k with pivot D = A(k,k) makes
///   A(i,j) - A(i,k) D^-1 A(k,j),   A(i,k) D^-1,   and -D^-1 in place of D;
/// the matrix stays symmetric, and when all blocks are swept it is -A^-1. Every step is one product
/// per tile, so all of the work runs at the speed of products.
class Sweep {
 public:
  Sweep(TiledSymmetric& matrix, int threads, const std::function<bool(double)>& proceed)
      : matrix_(matrix),
        tiles_(matrix.tiles()),
        threads_(threads),
        proceed_(proceed),
        column_(static_cast<std::size_t>(tiles_) * kTileItems),
        scaled_(column_.size()) {
    for (std::int64_t i = 0; i < tiles_; ++i) {
      for (std::int64_t j = 0; j <= i; ++j) pairs_.emplace_back(i, j);
    }
  }

  bool run() {
    for (pivot_ = 0; pivot_ < tiles_; ++pivot_) {
      const std::vector<float> inverse = inverse_of(matrix_.tile(pivot_, pivot_));
      if (!take_column(inverse) || !update(inverse)) return false;
    }
    const auto pairs = static_cast<std::int64_t>(pairs_.size());
    return for_blocks(threads_, pairs, 1, [&](int, std::int64_t at, std::int64_t) {
      const auto [i, j] = pairs_[static_cast<std::size_t>(at)];
      float* tile = matrix_.tile(i, j);
      for (std::size_t k = 0; k < kTileItems; ++k) tile[k] = -tile[k];
    });
  }

 private:
  float* column(std::int64_t i) {
    return column_.data() + static_cast<std::size_t>(i) * kTileItems;
  }
  float* scaled(std::int64_t i) {
    return scaled_.data() + static_cast<std::size_t>(i) * kTileItems;
  }

  /// column(i) = A(i,k), scaled(i) = A(i,k) D^-1.
  bool take_column(const std::vector<float>& inverse) {
    return for_blocks(threads_, tiles_, 1, [&](int, std::int64_t i, std::int64_t) {
      if (i == pivot_) return;
      if (i > pivot_) std::memcpy(column(i), matrix_.tile(i, pivot_), kTileItems * sizeof(float));
      if (i < pivot_) transpose(matrix_.tile(pivot_, i), column(i));
      dense_products().product(column(i), inverse.data(), kTile, kTile, kTile, scaled(i));
    });
  }

  bool update(const std::vector<float>& inverse) {
    const auto proceed = [&](double share) {
      return !proceed_ ||
             proceed_((static_cast<double>(pivot_) + share) / static_cast<double>(tiles_));
    };
    const auto pairs = static_cast<std::int64_t>(pairs_.size());
    return for_blocks(
        threads_, pairs, 1,
        [&](int, std::int64_t at, std::int64_t) {
          const auto [i, j] = pairs_[static_cast<std::size_t>(at)];
          float* tile = matrix_.tile(i, j);
          if (i == pivot_ && j == pivot_) {
            for (std::size_t k = 0; k < kTileItems; ++k) tile[k] = -inverse[k];
          } else if (j == pivot_) {
            std::memcpy(tile, scaled(i), kTileItems * sizeof(float));
          } else if (i == pivot_) {
            transpose(scaled(j), tile);
          } else {
            dense_products().subtract_product(scaled(i), column(j), kTile, tile);
          }
        },
        proceed);
  }

  TiledSymmetric& matrix_;
  const std::int64_t tiles_;
  const int threads_;
  const std::function<bool(double)>& proceed_;
  std::int64_t pivot_ = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs_;  // of tiles
  std::vector<float> column_, scaled_;
};

}  // namespace

TiledSymmetric::TiledSymmetric(std::int64_t size) : size_(size) {
  const auto bytes = static_cast<std::size_t>(bytes_of(size));
  // Zeroed pages come from the system as they are touched.
  values_.reset(static_cast<float*>(std::calloc(std::max<std::size_t>(bytes, 1), 1)));
  if (!values_) throw std::bad_alloc();
  for (std::int64_t k = size; k < tiles() * kTile; ++k)
    tile(k / kTile, k / kTile)[(k % kTile) * (kTile + 1)] = 1;
}

void TiledSymmetric::Free::operator()(float* values) const {
  std::free(values);
}

std::int64_t TiledSymmetric::bytes_of(std::int64_t size) {
  const std::int64_t tiles = tiles_of(size);
  return tiles * (tiles + 1) / 2 * kTile * kTile * static_cast<std::int64_t>(sizeof(float));
}

void TiledSymmetric::copy_rows(std::int64_t block, float* out) const {
  const std::int64_t width = tiles() * kTile;
  std::vector<float> turned(kTileItems);
  for (std::int64_t j = 0; j < tiles(); ++j) {
    const float* from = tile(std::max(block, j), std::min(block, j));
    if (j > block) {
      transpose(from, turned.data());
      from = turned.data();
    }
    for (std::int64_t r = 0; r < kTile; ++r)
      std::memcpy(out + r * width + j * kTile, from + r * kTile, kTile * sizeof(float));
  }
}

bool invert(TiledSymmetric& matrix, int threads, const std::function<bool(double)>& proceed) {
  return Sweep(matrix, threads, proceed).run();
}

}  // namespace model
