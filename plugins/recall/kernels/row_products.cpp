#include "row_products.hpp"

#include "shared/cpu.hpp"

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
  shared::of_this_processor(baseline::row_products, v3::row_products, v4::row_products)(
      matrix, rows, columns, stride, vector, out);
}

}  // namespace recall
