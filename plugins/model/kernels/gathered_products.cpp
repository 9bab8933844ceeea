#include "gathered_products.hpp"

#include "playlist/cpu.hpp"

#include "levels/gathered_products.hpp"

namespace model {
namespace {

const InnerProducts& of_this_processor() {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return kInnerProducts_v4;
    case playlist::CpuLevel::kV3:
      return kInnerProducts_v3;
    default:
      return kInnerProducts_baseline;
  }
}

}  // namespace

playlist::GatheredProducts gathered_products() {
  return of_this_processor().gathered;
}

Distance inner_product_distance() {
  return of_this_processor().distance;
}

}  // namespace model
