#include "graph_products.hpp"

#include "playlist/cpu.hpp"

#include "levels/graph_products.hpp"

namespace recall {

playlist::GatheredProducts gathered_products() {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return kInnerProducts_v4.gathered;
    case playlist::CpuLevel::kV3:
      return kInnerProducts_v3.gathered;
    default:
      return kInnerProducts_baseline.gathered;
  }
}

}  // namespace recall
