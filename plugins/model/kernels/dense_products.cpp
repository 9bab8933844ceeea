#include "dense_products.hpp"

#include "playlist/cpu.hpp"

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
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return v4::kDenseProducts;
    case playlist::CpuLevel::kV3:
      return v3::kDenseProducts;
    default:
      return baseline::kDenseProducts;
  }
}

}  // namespace model
