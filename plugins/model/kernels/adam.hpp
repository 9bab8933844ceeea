// Adam: steps down a gradient whose size adapts to each number (Kingma, Ba: Adam, ICLR 2015).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace model {

/// The step size and epsilon with the corrections of the moments' bias after `steps` steps.
struct AdamStep {
  float size, epsilon;
};
AdamStep adam_step(double learning_rate, std::int64_t steps);

/// Over numbers that all take part in every step.
class Adam {
 public:
  /// count: a multiple of 16.
  Adam(std::size_t count, double learning_rate);
  /// One step of `weights` by scale * gradient; as many of each as it was made for.
  void step(std::span<float> weights, std::span<const float> gradient, float scale);

 private:
  double learning_rate_;
  std::int64_t steps_ = 0;
  std::vector<float> first_, second_;
};

}  // namespace model
