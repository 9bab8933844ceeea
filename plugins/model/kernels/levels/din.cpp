// Forward and backward of the Deep Interest Network's parts (din_steps.hpp).
#include "../din_steps.hpp"
#include "shared/levels/products.hpp"

namespace model {
namespace {

constexpr float kFirstDecay = 0.9f, kSecondDecay = 0.999f;  // Adam's beta 1 and 2

/// The gates of one row of sums.
inline void gates_of(const DinUnits& units, const float* sums, float* gates) {
  for (int j = 0; j < units.count; j += kLanes) {
    const Lanes s = load(sums + j);
    const Lanes one = spread(1), none{};
    store(gates + j, units.scale == nullptr
                         ? (s > none ? one : none)
                         : sigmoid(s * load(units.scale + j) + load(units.shift + j)));
  }
}
inline Lanes activated(const DinUnits& units, int j, Lanes s, Lanes gate) {
  const Lanes alpha = load(units.alpha + j);
  return s * (alpha + (1.0f - alpha) * gate);
}
/// d activated / d s.
inline Lanes slope(const DinUnits& units, int j, Lanes s, Lanes gate) {
  const Lanes alpha = load(units.alpha + j);
  if (units.scale == nullptr) return alpha + (1.0f - alpha) * gate;
  return alpha + (1.0f - alpha) * (gate + s * load(units.scale + j) * gate * (1.0f - gate));
}

/// matrix = history + diag(candidate) product, dim x units.
inline void matrix_of(const DinAttention& net, const float* candidate, float* matrix) {
  const int units = net.units.count;
  for (int d = 0; d < net.dim; ++d) {
    for (int j = d * units; j < (d + 1) * units; j += kLanes)
      store(matrix + j, load(net.history + j) + candidate[d] * load(net.product + j));
  }
}
/// The same, units x dim.
inline void turned_matrix_of(const DinAttention& net, const float* candidate, float* matrix) {
  for (int j = 0; j < net.units.count; ++j) {
    for (int d = 0; d < net.dim; d += kLanes) {
      const int at = j * net.dim + d;
      store(matrix + at,
            load(net.history_turned + at) + load(candidate + d) * load(net.product_turned + at));
    }
  }
}

inline void zero(float* at, int count) {
  for (int k = 0; k < count; k += kLanes) store(at + k, Lanes{});
}

void attention(const DinAttention& net, const float* history, int rows, const float* candidate,
               const DinTrace& trace, float* interest, float* scratch) {
  const int dim = net.dim, units = net.units.count;
  float *matrix = scratch, *bias = scratch + dim * units;
  matrix_of(net, candidate, matrix);
  for (int j = 0; j < units; j += kLanes) store(bias + j, load(net.bias + j));
  product(bias, units, candidate, dim, 1, net.candidate, units, 1, dim, units, true);
  for (int t = 0; t < rows; ++t) {
    for (int j = 0; j < units; j += kLanes) store(trace.sums + t * units + j, load(bias + j));
  }
  product(trace.sums, units, history, dim, 1, matrix, units, rows, dim, units, true);
  zero(interest, dim);
  for (int t = 0; t < rows; ++t) {
    const float* sums = trace.sums + t * units;
    float* gates = trace.gates + t * units;
    gates_of(net.units, sums, gates);
    Lanes total{};
    for (int j = 0; j < units; j += kLanes)
      total += load(net.out + j) * activated(net.units, j, load(sums + j), load(gates + j));
    trace.attention[t] = sum(total) + net.out_bias;
    add_scaled(interest, trace.attention[t], history + t * dim, dim);
  }
}

/// Through the activations: `slopes` (rows x units) becomes the derivative by the sums, `totals`
/// its sum over the rows.
inline void activations_back(const DinAttention& net, int rows, const DinTrace& trace,
                             const float* d_attention, const DinAttentionGradient& gradient,
                             float* slopes, float* totals) {
  const int units = net.units.count;
  for (int j = 0; j < units; j += kLanes) {
    const Lanes out = load(net.out + j);
    Lanes d_out{}, d_alpha{}, total{};
    for (int t = 0; t < rows; ++t) {
      const int at = t * units + j;
      const Lanes s = load(trace.sums + at), gate = load(trace.gates + at);
      const Lanes d_y = d_attention[t] * out;
      d_out += d_attention[t] * activated(net.units, j, s, gate);
      d_alpha += d_y * s * (1.0f - gate);
      const Lanes d_s = d_y * slope(net.units, j, s, gate);
      total += d_s;
      store(slopes + at, d_s);
    }
    store(gradient.out + j, load(gradient.out + j) + d_out);
    store(gradient.alpha + j, load(gradient.alpha + j) + d_alpha);
    store(gradient.bias + j, load(gradient.bias + j) + total);
    store(totals + j, total);
  }
}

void attention_back(const DinAttention& net, const float* history, int rows, const float* candidate,
                    const DinTrace& trace, const float* d_interest,
                    const DinAttentionGradient& gradient, float* d_history, float* d_candidate,
                    float* scratch) {
  const int dim = net.dim, units = net.units.count;
  float *slopes = scratch, *matrix = slopes + rows * units, *totals = matrix + dim * units,
        *moved = totals + units, *d_attention = moved + dim * units;
  for (int t = 0; t < rows; ++t) {
    d_attention[t] = dot(d_interest, history + t * dim, dim);
    *gradient.out_bias += d_attention[t];
    add_scaled(d_history + t * dim, trace.attention[t], d_interest, dim);
  }
  activations_back(net, rows, trace, d_attention, gradient, slopes, totals);
  turned_matrix_of(net, candidate, matrix);
  product(d_history, dim, slopes, units, 1, matrix, dim, rows, units, dim, true);
  // What the history's matrix gets is what the product's gets before diag(candidate).
  product(moved, units, history, 1, dim, slopes, units, dim, rows, units, false);
  for (int d = 0; d < dim; ++d) {
    const int row = d * units;
    add_scaled(gradient.history + row, 1, moved + row, units);
    add_scaled(gradient.product + row, candidate[d], moved + row, units);
    add_scaled(gradient.candidate + row, candidate[d], totals, units);
    d_candidate[d] +=
        dot(net.product + row, moved + row, units) + dot(net.candidate + row, totals, units);
  }
}

void layer(const DinLayer& net, const float* x, int rows, float* sums, float* gates, float* y) {
  const int units = net.units.count;
  for (int r = 0; r < rows; ++r) {
    for (int j = 0; j < units; j += kLanes) store(sums + r * units + j, load(net.bias + j));
  }
  product(sums, units, x, net.inputs, 1, net.weights, units, rows, net.inputs, units, true);
  for (int r = 0; r < rows; ++r) {
    const int row = r * units;
    gates_of(net.units, sums + row, gates + row);
    for (int j = 0; j < units; j += kLanes)
      store(y + row + j, activated(net.units, j, load(sums + row + j), load(gates + row + j)));
  }
}

void layer_back(const DinLayer& net, const float* x, int rows, const float* sums,
                const float* gates, float* d_y, const DinLayerGradient& gradient, float* d_x) {
  const int units = net.units.count;
  for (int j = 0; j < units; j += kLanes) {
    Lanes d_bias{}, d_alpha{};
    for (int r = 0; r < rows; ++r) {
      const int at = r * units + j;
      const Lanes s = load(sums + at), gate = load(gates + at), d = load(d_y + at);
      d_alpha += d * s * (1.0f - gate);
      const Lanes d_s = d * slope(net.units, j, s, gate);
      d_bias += d_s;
      store(d_y + at, d_s);
    }
    store(gradient.bias + j, load(gradient.bias + j) + d_bias);
    store(gradient.alpha + j, load(gradient.alpha + j) + d_alpha);
  }
  product(gradient.weights, units, x, 1, net.inputs, d_y, units, net.inputs, rows, units, true);
  product(d_x, net.inputs, d_y, units, 1, net.weights_turned, net.inputs, rows, units, net.inputs,
          false);
}

void moments(const float* sums, int rows, int units, float* total, float* squares) {
  for (int j = 0; j < units; j += kLanes) {
    Lanes first = load(total + j), second = load(squares + j);
    for (int r = 0; r < rows; ++r) {
      const Lanes s = load(sums + r * units + j);
      first += s;
      second += s * s;
    }
    store(total + j, first);
    store(squares + j, second);
  }
}

void adam(float* weights, float* first, float* second, const float* gradient, int count,
          float scale, float decay, float step, float epsilon) {
  for (int k = 0; k < count; k += kLanes) {
    const Lanes w = load(weights + k), g = scale * load(gradient + k) + decay * w;
    const Lanes m = kFirstDecay * load(first + k) + (1 - kFirstDecay) * g;
    const Lanes v = kSecondDecay * load(second + k) + (1 - kSecondDecay) * g * g;
    store(first + k, m);
    store(second + k, v);
    store(weights + k, w - step * m / (square_root(v) + epsilon));
  }
}

}  // namespace

namespace PLAYLIST_LEVEL {
extern const DinSteps kDinSteps;
const DinSteps kDinSteps{attention, attention_back, layer, layer_back, moments,
                         dot,       add_scaled,     adam};
}  // namespace PLAYLIST_LEVEL

}  // namespace model
