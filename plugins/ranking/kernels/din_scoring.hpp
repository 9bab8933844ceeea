// The forward pass of a Deep Interest Network: many candidates against one history.
//
//   a(h, c)  = out . act(W [h; c; h - c; h * c] + bias) + out_bias
//   interest = sum over the history h of a(h, c) h
//   logit    = out . act(act([interest; c; interest * c] first + bias) second + bias) + bias
//
// W [h; c; h - c; h * c] = history' h + candidate' c + product' (h * c), the differences' part
// folded into the first two, is (history + diag(c) product)' h plus what is the same for all h: one
// small matrix per candidate, and no more work for the attention than one product with the history.
//
// Threads  safe to call at once; the numbers are only read
// Paper    Zhou et al.: Deep Interest Network for Click-Through Rate Prediction, KDD 2018
#pragma once

#include <cstdint>
#include <vector>

namespace ranking {

/// A layer's units: y = s (alpha + (1 - alpha) p), p = sigmoid(scale s + shift) or, where scale is
/// nullptr, 1 for s > 0 and else 0.
struct DinUnits {
  int count = 0;
  const float *bias = nullptr, *alpha = nullptr, *scale = nullptr, *shift = nullptr;
};

/// A trained network, in memory of the caller's. Sizes are multiples of 16; matrices are row-major.
struct DinNumbers {
  int dim = 0;
  DinUnits attention, first, second;
  const float *history = nullptr, *candidate = nullptr, *product = nullptr;  // dim x attention
  const float* attention_out = nullptr;                                      // attention
  const float* first_weights = nullptr;                                      // 3 dim x first
  const float* second_weights = nullptr;                                     // first x second
  const float* out = nullptr;                                                // second
  float attention_out_bias = 0, out_bias = 0;
};

/// Memory of a call; sizes are set by din_scores().
using DinScratch = std::vector<float>;

/// logits[k] for the `count` candidates (count x dim) and the `rows` rows of history (rows x dim).
/// A candidate's does not depend on the others.
void din_scores(const DinNumbers& network, const float* history, int rows, const float* candidates,
                int count, DinScratch& scratch, float* logits);

/// attention[t] = a(history row t, candidate).
void din_attention(const DinNumbers& network, const float* history, int rows,
                   const float* candidate, DinScratch& scratch, float* attention);

}  // namespace ranking
