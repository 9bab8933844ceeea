#include "din_steps.hpp"

#include "playlist/cpu.hpp"

namespace model {

namespace baseline {
extern const DinSteps kDinSteps;
}
namespace v3 {
extern const DinSteps kDinSteps;
}
namespace v4 {
extern const DinSteps kDinSteps;
}

const DinSteps& din_steps() {
  switch (playlist::cpu_level()) {
    case playlist::CpuLevel::kV4:
      return v4::kDinSteps;
    case playlist::CpuLevel::kV3:
      return v3::kDinSteps;
    default:
      return baseline::kDinSteps;
  }
}

}  // namespace model
