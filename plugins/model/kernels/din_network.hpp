// The Deep Interest Network: its numbers, and one pass forward and backward over a block of
// samples.
//
//   x(i)      = track embedding(i) + artist embedding(artist of i), dim numbers; an artist's stands
//               in for its tracks that have no row of their own, zero for what has neither
//   a(h, c)   = out . act(W [h; c; h - c; h * c] + bias) + out_bias, not normalised over the
//               history
//   interest  = sum over the history h of a(x(h), x(c)) x(h)
//   logit     = out . act(act([interest; x(c); interest * x(c)] first + bias) second + bias) + bias
//
// act is Dice or PReLU (din_steps.hpp). Dice takes the mean and the variance of a unit from moving
// averages in training too, where the paper takes those of the mini-batch: so a sample's gradient
// does not depend on which others are in its batch. Of W the differences' part is folded into
// those of h and c (din_steps.hpp): the same functions with a quarter fewer numbers.
//
// Paper  Zhou, Zhu, Song, Fan, Zhu, Ma, Yan, Jin, Li, Gai: Deep Interest Network for Click-Through
//        Rate Prediction, KDD 2018, sections 4.3, 5.2 (equation 7)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "din_steps.hpp"

namespace model {

struct DinShape {
  int dim = 32;        // of embeddings; this and the others multiples of 16, 16..256
  int attention = 32;  // hidden units of the activation unit
  int first = 80, second = 48;
  bool is_dice = true;  // else PReLU

  [[nodiscard]] int units() const { return attention + first + second; }
};

/// Where the parts of the dense numbers begin.
struct DinLayout {
  explicit DinLayout(const DinShape& shape);

  std::size_t history, candidate, product;  // of the attention: dim x attention
  std::size_t attention_bias, attention_alpha, attention_out;
  std::size_t first, first_bias, first_alpha;     // 3 dim x first
  std::size_t second, second_bias, second_alpha;  // first x second
  std::size_t out;                                // second
  std::size_t attention_out_bias, out_bias;       // one number each
  std::size_t size;                               // a multiple of 16
};

/// Means and variances of all units: attention, first, second.
struct DinMoments {
  std::vector<float> mean, variance;

  /// What Dice's gate is: sigmoid(scale s + shift).
  struct Gate {
    float scale, shift;
  };
  [[nodiscard]] Gate gate(std::size_t unit) const;
};

struct DinWeights {
  DinShape shape;
  std::vector<float> dense;            // DinLayout
  std::vector<float> tracks, artists;  // rows x dim
  DinMoments moments;
};

/// Small random numbers: dense parts by their fan-in, embeddings of deviation 0.05, those of tracks
/// 0.01, as rare tracks should start as their artist. Deterministic in `random_seed`.
DinWeights initial_din(const DinShape& shape, std::size_t tracks, std::size_t artists,
                       std::uint64_t random_seed);

/// The row of the artist of each track, -1: none; and whether a track has a row of its own.
struct DinCatalogue {
  std::vector<std::int32_t> artist;
  std::vector<std::uint8_t> has_own;
};

/// A history and the candidates that are judged by it; items are tracks' rows.
struct DinGroup {
  std::span<const std::int32_t> history, candidates;
  std::span<const float> labels;   // 0 or 1; empty for a pass forward only
  std::span<const float> weights;  // of the loss; as many
};

/// What a block of groups adds to the derivatives of the loss, sum of weight * cross entropy.
struct DinBlockGradient {
  std::vector<float> dense;              // DinLayout
  std::vector<float> sums, squares;      // per unit, of its inputs
  std::array<std::int64_t, 2> counts{};  // rows behind those: of the attention, of the others
  std::vector<float> rows;  // by x of each group's history, then of its candidates; dim
  double loss = 0;
};

/// Derived from weights before blocks run: turned matrices, scales of Dice.
class DinNetwork {
 public:
  /// Views `weights` and `catalogue`; refresh() after they change.
  DinNetwork(const DinWeights& weights, const DinCatalogue& catalogue);

  void refresh();
  /// Memory of a block in work: one for each thread.
  struct Scratch {
    std::vector<float> history, sums, gates, attention, inputs, d_inputs, work;
    std::array<std::vector<float>, 2> layer_sums, layer_gates, layer_out, layer_slopes;
    std::vector<float> logits;
  };
  /// logits: one per candidate, group by group.
  void forward(std::span<const DinGroup> groups, Scratch& scratch, float* logits) const;
  /// The same with derivatives. Sets `gradient`.
  void backward(std::span<const DinGroup> groups, Scratch& scratch,
                DinBlockGradient& gradient) const;
  /// x of one track.
  void embed(std::int32_t track, float* x) const;

 private:
  void prepare(std::span<const DinGroup> groups, Scratch& scratch) const;
  void pass(std::span<const DinGroup> groups, Scratch& scratch) const;
  void layers_back(Scratch& scratch, DinBlockGradient& gradient) const;
  void attention_back(std::span<const DinGroup> groups, Scratch& scratch,
                      DinBlockGradient& gradient) const;
  void add_moments(const Scratch& scratch, DinBlockGradient& gradient) const;
  [[nodiscard]] const float* at(std::size_t offset) const { return weights_.dense.data() + offset; }

  const DinWeights& weights_;
  const DinCatalogue& catalogue_;
  DinLayout layout_;
  const DinSteps& steps_;
  std::vector<float> scale_, shift_;  // Dice, per unit
  std::vector<float> history_turned_, product_turned_, first_turned_, second_turned_;
  DinAttention attention_;
  std::array<DinLayer, 2> layers_;
};

inline constexpr float kDinEpsilon = 1e-8f;  // added to Dice's variance

}  // namespace model
