// The loops of din_scoring.hpp.
#include "../din_scoring.hpp"

#include "shared/levels/products.hpp"

namespace ranking::PLAYLIST_LEVEL {

void attention(const DinNumbers& network, const float* history, int rows, const float* candidate,
               float* attention, float* scratch);
void block(const DinNumbers& network, const float* history, int rows, const float* candidates,
           int count, float* logits, float* scratch);

namespace {

inline Lanes activated(const DinUnits& units, int j, Lanes s) {
  const Lanes alpha = load(units.alpha + j), one = spread(1), none{};
  const Lanes gate = units.scale == nullptr
                         ? (s > none ? one : none)
                         : sigmoid(s * load(units.scale + j) + load(units.shift + j));
  return s * (alpha + (1.0f - alpha) * gate);
}

/// y (rows x units) = act(x weights + bias).
inline void layer(const DinUnits& units, const float* weights, const float* x, int inputs, int rows,
                  float* y) {
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < units.count; j += kLanes)
      store(y + r * units.count + j, load(units.bias + j));
  }
  product(y, units.count, x, inputs, 1, weights, units.count, rows, inputs, units.count, true);
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < units.count; j += kLanes) {
      float* at = y + r * units.count + j;
      store(at, activated(units, j, load(at)));
    }
  }
}

}  // namespace

void attention(const DinNumbers& network, const float* history, int rows, const float* candidate,
               float* attention, float* scratch) {
  const int dim = network.dim, units = network.attention.count;
  float *matrix = scratch, *bias = matrix + dim * units, *sums = bias + units;
  for (int d = 0; d < dim; ++d) {
    for (int j = d * units; j < (d + 1) * units; j += kLanes)
      store(matrix + j, load(network.history + j) + candidate[d] * load(network.product + j));
  }
  for (int j = 0; j < units; j += kLanes) store(bias + j, load(network.attention.bias + j));
  product(bias, units, candidate, dim, 1, network.candidate, units, 1, dim, units, true);
  for (int t = 0; t < rows; ++t) {
    for (int j = 0; j < units; j += kLanes) store(sums + t * units + j, load(bias + j));
  }
  product(sums, units, history, dim, 1, matrix, units, rows, dim, units, true);
  for (int t = 0; t < rows; ++t) {
    Lanes total{};
    for (int j = 0; j < units; j += kLanes)
      total += load(network.attention_out + j) *
               activated(network.attention, j, load(sums + t * units + j));
    attention[t] = sum(total) + network.attention_out_bias;
  }
}

void block(const DinNumbers& network, const float* history, int rows, const float* candidates,
           int count, float* logits, float* scratch) {
  const int dim = network.dim;
  float* weights = scratch + (dim + rows + 1) * network.attention.count;
  float* inputs = weights + rows;
  float* first = inputs + count * 3 * dim;
  float* second = first + count * network.first.count;
  for (int c = 0; c < count; ++c) {
    const float* x = candidates + c * dim;
    float* input = inputs + c * 3 * dim;
    attention(network, history, rows, x, weights, scratch);
    for (int d = 0; d < dim; d += kLanes) store(input + d, Lanes{});
    for (int t = 0; t < rows; ++t) add_scaled(input, weights[t], history + t * dim, dim);
    for (int d = 0; d < dim; d += kLanes) {
      store(input + dim + d, load(x + d));
      store(input + 2 * dim + d, load(input + d) * load(x + d));
    }
  }
  layer(network.first, network.first_weights, inputs, 3 * dim, count, first);
  layer(network.second, network.second_weights, first, network.first.count, count, second);
  const int last = network.second.count;
  for (int c = 0; c < count; ++c)
    logits[c] = dot(second + c * last, network.out, last) + network.out_bias;
}

}  // namespace ranking::PLAYLIST_LEVEL
