// Products of dense float32 matrices, row-major, at the processor's level.
#pragma once

#include <cstdint>

namespace model {

/// Every function is compiled for each x86-64 level (levels/dense_products.cpp), runs on the
/// calling thread and sums in an order that depends on the sizes only.
struct DenseProducts {
  /// out (rows x columns) = a (rows x inner) * b (inner x columns)
  void (*product)(const float* a, const float* b, std::int64_t rows, std::int64_t inner,
                  std::int64_t columns, float* out);
  /// out (columns x columns) += a^T a, of a (rows x columns)
  void (*add_gram)(const float* a, std::int64_t rows, std::int64_t columns, float* out);
  /// c (size x size) -= a * b^T, of a and b (size x size)
  void (*subtract_product)(const float* a, const float* b, std::int64_t size, float* c);
  /// out (columns) = sum over k of weights[k] * the row rows[k] of `dense` (columns wide)
  void (*weighted_rows)(const float* dense, std::int64_t columns, const std::int32_t* rows,
                        const float* weights, std::int64_t count, float* out);
};

/// Those of this processor.
const DenseProducts& dense_products();

}  // namespace model
