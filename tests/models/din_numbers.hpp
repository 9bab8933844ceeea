// A trained network as the scoring kernel sees it.
#pragma once

#include "kernels/din_network.hpp"
#include "kernels/din_scoring.hpp"

namespace test {

/// Views `weights`; `gates` holds Dice's scales and shifts.
inline ranking::DinNumbers din_numbers(const model::DinWeights& weights,
                                       std::vector<float>& gates) {
  const model::DinShape& shape = weights.shape;
  const model::DinLayout at(shape);
  const auto units = static_cast<std::size_t>(shape.units());
  gates.resize(2 * units);
  for (std::size_t unit = 0; unit < units; ++unit) {
    const auto gate = weights.moments.gate(unit);
    gates[unit] = gate.scale;
    gates[units + unit] = gate.shift;
  }
  const float* dense = weights.dense.data();
  const auto layer = [&](int count, std::size_t bias, std::size_t alpha, int first) {
    return ranking::DinUnits{count, dense + bias, dense + alpha,
                             shape.is_dice ? gates.data() + first : nullptr,
                             shape.is_dice ? gates.data() + units + first : nullptr};
  };
  ranking::DinNumbers made;
  made.dim = shape.dim;
  made.attention = layer(shape.attention, at.attention_bias, at.attention_alpha, 0);
  made.first = layer(shape.first, at.first_bias, at.first_alpha, shape.attention);
  made.second = layer(shape.second, at.second_bias, at.second_alpha, shape.attention + shape.first);
  made.history = dense + at.history;
  made.candidate = dense + at.candidate;
  made.product = dense + at.product;
  made.attention_out = dense + at.attention_out;
  made.first_weights = dense + at.first;
  made.second_weights = dense + at.second;
  made.out = dense + at.out;
  made.attention_out_bias = dense[at.attention_out_bias];
  made.out_bias = dense[at.out_bias];
  return made;
}

}  // namespace test
