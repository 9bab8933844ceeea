#include "kernels/autoencoder.hpp"

#include "playlist/random.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using model::Autoencoder;
using model::train_autoencoder;
using model::TrainedAutoencoder;
using model::Vectors;

namespace {

Vectors drawn(std::int64_t rows, std::size_t dim, std::uint64_t seed) {
  playlist::Random random(seed);
  Vectors vectors(rows, dim);
  for (float& value : vectors.values) value = static_cast<float>(random.real() - 0.5);
  return vectors;
}

/// Points on a curve in four dimensions: one number tells each of them, two components do not.
Vectors on_a_curve(std::int64_t rows) {
  playlist::Random random(7);
  Vectors vectors(rows, 4);
  for (std::int64_t row = 0; row < rows; ++row) {
    const double angle = 3 * (random.real() - 0.5);
    vectors.row(row)[0] = static_cast<float>(std::sin(2 * angle));
    vectors.row(row)[1] = static_cast<float>(std::cos(2 * angle) - 0.05);
    vectors.row(row)[2] = static_cast<float>(0.7 * angle);
    vectors.row(row)[3] = static_cast<float>(0.7 * std::abs(angle) - 0.52);
  }
  return vectors;
}

}  // namespace

TEST_CASE("the autoencoder's gradient is that of what it loses", "[embedding]") {
  Autoencoder network({5, {20, 6}, 3}, 4);
  const Vectors rows = drawn(70, 5, 2);
  std::vector<float> wide(70 * network.stride());
  for (std::size_t row = 0; row < 70; ++row)
    std::copy_n(rows.row(static_cast<std::int64_t>(row)), 5, wide.data() + row * network.stride());
  std::vector<float> gradient(network.numbers().size());
  network.lost(wide.data(), 70, gradient);
  double largest = 0;
  for (const float part : gradient) largest = std::max(largest, std::abs(double{part}));
  // A step over the bend of a rectifier is no derivative: few of 70 rows are so near to one.
  constexpr float kStep = 2.5e-4f;
  for (const Autoencoder::Layer& layer : network.layers()) {
    const auto check = [&](std::size_t at) {
      CAPTURE(at, layer.weights, layer.bias, layer.alpha);
      float& number = network.numbers()[at];
      const float kept = number;
      number = kept + kStep;
      const double above = network.lost(wide.data(), 70, {});
      number = kept - kStep;
      const double below = network.lost(wide.data(), 70, {});
      number = kept;
      CHECK((above - below) / (4 * kStep) == Approx(gradient[at]).margin(1e-2 * largest));
    };
    for (std::size_t in = 0; in < layer.inputs; in += 2)
      for (std::size_t out = 0; out < layer.outputs; out += 3)
        check(layer.weights + in * layer.columns + out);
    for (std::size_t out = 0; out < layer.outputs; ++out) check(layer.bias + out);
    if (layer.is_linear) continue;  // its slopes stay 1
    for (std::size_t out = 0; out < layer.outputs; ++out) check(layer.alpha + out);
  }
}

TEST_CASE("what stands behind the sizes of an autoencoder stays 0", "[embedding]") {
  const TrainedAutoencoder trained =
      train_autoencoder(drawn(400, 5, 3), {.hidden = {20}, .bottleneck = 3, .epochs = 3});
  const std::vector<float>& numbers = trained.network.numbers();
  for (const Autoencoder::Layer& layer : trained.network.layers()) {
    for (std::size_t in = 0; in < layer.rows; ++in)
      for (std::size_t out = 0; out < layer.columns; ++out)
        if (in >= layer.inputs || out >= layer.outputs)
          REQUIRE(numbers[layer.weights + in * layer.columns + out] == 0);
    for (std::size_t out = layer.outputs; out < layer.columns; ++out)
      REQUIRE(numbers[layer.bias + out] == 0);
  }
}

TEST_CASE("an autoencoder follows a curve that components cut through", "[embedding]") {
  const Vectors rows = on_a_curve(4000);
  const TrainedAutoencoder trained = train_autoencoder(
      rows, {.hidden = {64}, .bottleneck = 1, .epochs = 60, .patience = 10, .learning_rate = 5e-3});
  REQUIRE(trained.network.dim() == 1);
  CHECK(trained.held_out == 400);
  CHECK(trained.rows == 3600);
  CHECK(trained.lost < 0.5 * trained.cut_lost);
  // Codes lie around 0.
  double sum = 0, squares = 0;
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    float code = 0;
    trained.network.encode(rows.row(row), &code);
    sum += code;
    squares += double{code} * code;
  }
  CHECK(std::abs(sum / 4000) < 0.1 * std::sqrt(squares / 4000));
}

TEST_CASE("an autoencoder is the same on any number of threads", "[embedding]") {
  const Vectors rows = drawn(3000, 12, 5);
  const auto numbers = [&](int threads, std::uint64_t seed) {
    return train_autoencoder(rows, {.hidden = {32},
                                    .bottleneck = 4,
                                    .epochs = 2,
                                    .random_seed = seed,
                                    .threads = threads})
        .network.numbers();
  };
  CHECK(numbers(1, 1) == numbers(3, 1));
  CHECK(numbers(1, 1) != numbers(1, 2));
}
