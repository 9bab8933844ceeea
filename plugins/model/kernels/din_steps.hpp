// The inner loops of the Deep Interest Network, picked for the processor at hand.
//
// All sizes are multiples of 16 except the numbers of rows; matrices are row-major and dense.
#pragma once

namespace model {

/// An activation per unit: y = s (alpha + (1 - alpha) p), where the gate p is 1 for s > 0 and else
/// 0 (PReLU), or sigmoid(scale s + shift) (Dice: scale = 1 / sqrt(variance + epsilon), shift =
/// -mean scale).
struct DinUnits {
  int count = 0;
  const float* alpha = nullptr;
  const float *scale = nullptr, *shift = nullptr;  // nullptr: PReLU
};

/// The activation unit a(h, c) = out . act(W [h; c; h - c; h * c] + bias) + out_bias in the form
/// that its numbers allow: W [h; c; h - c; h * c] = history' h + candidate' c + product' (h * c)
/// with history = Wh + Wd and candidate = Wc - Wd, and product' (h * c) = (diag(c) product)' h, so
/// that a candidate has one matrix for all of the history: history + diag(c) product.
struct DinAttention {
  int dim = 0;
  DinUnits units;
  const float *history = nullptr, *candidate = nullptr, *product = nullptr;  // dim x units
  const float *history_turned = nullptr, *product_turned = nullptr;          // units x dim
  const float *bias = nullptr, *out = nullptr;                               // units
  float out_bias = 0;
};
/// Where the derivatives are added to.
struct DinAttentionGradient {
  float *history, *candidate, *product, *bias, *alpha, *out, *out_bias;
};
/// What a forward pass leaves for the pass backward.
struct DinTrace {
  float *sums, *gates;  // rows x units
  float* attention;     // rows
};

/// A layer y = act(x weights + bias).
struct DinLayer {
  int inputs = 0;
  DinUnits units;
  const float *weights = nullptr, *weights_turned = nullptr;  // inputs x units; units x inputs
  const float* bias = nullptr;
};
struct DinLayerGradient {
  float *weights, *bias, *alpha;
};

struct DinSteps {
  /// interest (dim) = sum over the `rows` rows h of history (rows x dim) of a(h, candidate) h.
  /// `scratch` is dim * units + units.
  void (*attention)(const DinAttention&, const float* history, int rows, const float* candidate,
                    const DinTrace&, float* interest, float* scratch);
  /// Adds the derivatives by the attention's numbers, by history (rows x dim) and by candidate.
  /// `scratch` is rows * (units + 1) + 2 * dim * units + units.
  void (*attention_back)(const DinAttention&, const float* history, int rows,
                         const float* candidate, const DinTrace&, const float* d_interest,
                         const DinAttentionGradient&, float* d_history, float* d_candidate,
                         float* scratch);
  /// sums = x weights + bias, gates, y: rows x units.
  void (*layer)(const DinLayer&, const float* x, int rows, float* sums, float* gates, float* y);
  /// `d_y` (rows x units) becomes the derivative by the sums; d_x (rows x inputs) is set.
  void (*layer_back)(const DinLayer&, const float* x, int rows, const float* sums,
                     const float* gates, float* d_y, const DinLayerGradient&, float* d_x);
  /// Adds up the columns of sums (rows x units), and their squares.
  void (*moments)(const float* sums, int rows, int units, float* total, float* squares);
  float (*dot)(const float* a, const float* b, int count);
  void (*add_scaled)(float* to, float factor, const float* from, int count);
  /// One step of Adam (Kingma, Ba: Adam, ICLR 2015) on `count` numbers; step and epsilon carry the
  /// corrections of its bias: w -= step m / (sqrt(v) + epsilon), m and v of the gradient
  /// scale gradient + decay w.
  void (*adam)(float* weights, float* first, float* second, const float* gradient, int count,
               float scale, float decay, float step, float epsilon);
};

/// Of the widest registers that this processor has.
const DinSteps& din_steps();

}  // namespace model
