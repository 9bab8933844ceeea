#include "din_steps.hpp"

#include "shared/cpu.hpp"

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
  return shared::of_this_processor(baseline::kDinSteps, v3::kDinSteps, v4::kDinSteps);
}

}  // namespace model
