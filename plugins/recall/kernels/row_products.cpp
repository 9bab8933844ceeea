#include "row_products.hpp"

#include "playlist/cpu.hpp"

namespace recall {

using RowProducts = void(const float*, std::int64_t, std::int64_t, std::int64_t, const float*,
                         float*);
namespace baseline {
RowProducts row_products;
}
namespace v3 {
RowProducts row_products;
}
namespace v4 {
RowProducts row_products;
}

void row_products(const float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t stride,
                  const float* vector, float* out) {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return v4::row_products(matrix, rows, columns, stride, vector, out);
    case playlist::CpuLevel::kV3:
      return v3::row_products(matrix, rows, columns, stride, vector, out);
    default:
      return baseline::row_products(matrix, rows, columns, stride, vector, out);
  }
}

}  // namespace recall
