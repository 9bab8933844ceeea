// The products of ../dense_products.hpp; compiled once for every level.
#include "../dense_products.hpp"

#include <cstdint>

#include <Eigen/Core>

namespace model::PLAYLIST_LEVEL {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Rows>;
using Edit = Eigen::Map<Rows>;

void product(const float* a, const float* b, std::int64_t rows, std::int64_t inner,
             std::int64_t columns, float* out) {
  Edit(out, rows, columns).noalias() = View(a, rows, inner) * View(b, inner, columns);
}

void add_gram(const float* a, std::int64_t rows, std::int64_t columns, float* out) {
  const View matrix(a, rows, columns);
  Edit(out, columns, columns).noalias() += matrix.transpose() * matrix;
}

void subtract_product(const float* a, const float* b, std::int64_t size, float* c) {
  Edit(c, size, size).noalias() -= View(a, size, size) * View(b, size, size).transpose();
}

void weighted_rows(const float* dense, std::int64_t columns, const std::int32_t* rows,
                   const float* weights, std::int64_t count, float* out) {
  for (std::int64_t c = 0; c < columns; ++c) out[c] = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const float weight = weights[k];
    const float* row = dense + rows[k] * columns;
    for (std::int64_t c = 0; c < columns; ++c) out[c] += weight * row[c];
  }
}

}  // namespace

extern const DenseProducts kDenseProducts;
const DenseProducts kDenseProducts = {product, add_gram, subtract_product, weighted_rows};

}  // namespace model::PLAYLIST_LEVEL
