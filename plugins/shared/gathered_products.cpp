#include "gathered_products.hpp"

#include "cpu.hpp"
#include "levels/inner_products.hpp"

namespace shared {
namespace {

const InnerProducts& inner_products() {
  return of_this_processor(kInnerProducts_baseline, kInnerProducts_v3, kInnerProducts_v4);
}

}  // namespace

GatheredProducts gathered_products() {
  return inner_products().gathered;
}

Distance inner_product_distance() {
  return inner_products().distance;
}

}  // namespace shared
