#include "dense_products.hpp"

#include "shared/cpu.hpp"

namespace model {

namespace baseline {
extern const DenseProducts kDenseProducts;
}
namespace v3 {
extern const DenseProducts kDenseProducts;
}
namespace v4 {
extern const DenseProducts kDenseProducts;
}

const DenseProducts& dense_products() {
  return shared::of_this_processor(baseline::kDenseProducts, v3::kDenseProducts,
                                   v4::kDenseProducts);
}

}  // namespace model
