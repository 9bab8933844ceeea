#include "adam.hpp"

#include <cmath>

#include "din_steps.hpp"

namespace model {
namespace {

constexpr double kFirstDecay = 0.9, kSecondDecay = 0.999, kEpsilon = 1e-8;

}  // namespace

AdamStep adam_step(double learning_rate, std::int64_t steps) {
  const double count = static_cast<double>(steps);
  const double second = std::sqrt(1 - std::pow(kSecondDecay, count));
  return {static_cast<float>(learning_rate * second / (1 - std::pow(kFirstDecay, count))),
          static_cast<float>(kEpsilon * second)};
}

Adam::Adam(std::size_t count, double learning_rate)
    : learning_rate_(learning_rate), first_(count), second_(count) {}

void Adam::step(std::span<float> weights, std::span<const float> gradient, float scale) {
  const AdamStep step = adam_step(learning_rate_, ++steps_);
  din_steps().adam(weights.data(), first_.data(), second_.data(), gradient.data(),
                   static_cast<int>(first_.size()), scale, 0, step.size, step.epsilon);
}

}  // namespace model
