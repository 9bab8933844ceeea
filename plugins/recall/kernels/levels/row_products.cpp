// ../row_products.hpp, compiled once for every level.
#include <cstdint>

#include <Eigen/Core>

namespace recall::PLAYLIST_LEVEL {

void row_products(const float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t stride,
                  const float* vector, float* out);
void row_products(const float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t stride,
                  const float* vector, float* out) {
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<Eigen::VectorXf>(out, rows).noalias() =
      Eigen::Map<const Rows, 0, Eigen::OuterStride<>>(matrix, rows, columns,
                                                      Eigen::OuterStride<>(stride)) *
      Eigen::Map<const Eigen::VectorXf>(vector, columns);
}

}  // namespace recall::PLAYLIST_LEVEL
