#include "din_network.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

namespace model {
namespace {

/// Uniform in (-1, 1) times `reach`.
void draw(playlist::Random& random, float* at, std::size_t count, double reach) {
  for (std::size_t k = 0; k < count; ++k)
    at[k] = static_cast<float>((2 * random.real() - 1) * reach);
}

void turn(const float* matrix, int rows, int columns, std::vector<float>& turned) {
  turned.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c)
      turned[static_cast<std::size_t>(c * rows + r)] = matrix[r * columns + c];
  }
}

std::size_t samples_of(std::span<const DinGroup> groups) {
  std::size_t samples = 0;
  for (const DinGroup& group : groups) samples += group.candidates.size();
  return samples;
}

/// The logits become the derivatives of the loss by them. Returns the loss.
double loss_back(std::span<const DinGroup> groups, std::vector<float>& logits) {
  double loss = 0;
  std::size_t sample = 0;
  for (const DinGroup& group : groups) {
    for (std::size_t k = 0; k < group.candidates.size(); ++k, ++sample) {
      const double z = logits[sample], label = group.labels[k], weight = group.weights[k];
      // log(1 + exp(z)) without overflow
      loss += weight * (std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - label * z);
      logits[sample] = static_cast<float>(weight * (1 / (1 + std::exp(-z)) - label));
    }
  }
  return loss;
}

/// Calls take(sample, group, the row of the group's history, the row of the candidate): rows count
/// each group's history, then its candidates.
template <typename Take>
void each_sample(std::span<const DinGroup> groups, const Take& take) {
  std::size_t sample = 0, row = 0;
  for (const DinGroup& group : groups) {
    const std::size_t history = row;
    row += group.history.size();
    for (std::size_t k = 0; k < group.candidates.size(); ++k) take(sample++, group, history, row++);
  }
}

}  // namespace

DinLayout::DinLayout(const DinShape& shape) {
  std::size_t end = 0;
  const auto take = [&end](int rows, int columns) {
    const std::size_t begin = end;
    end += static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    return begin;
  };
  history = take(shape.dim, shape.attention);
  candidate = take(shape.dim, shape.attention);
  product = take(shape.dim, shape.attention);
  first = take(3 * shape.dim, shape.first);
  second = take(shape.first, shape.second);
  attention_bias = take(1, shape.attention);
  attention_alpha = take(1, shape.attention);
  attention_out = take(1, shape.attention);
  first_bias = take(1, shape.first);
  first_alpha = take(1, shape.first);
  second_bias = take(1, shape.second);
  second_alpha = take(1, shape.second);
  out = take(1, shape.second);
  attention_out_bias = take(1, 1);
  out_bias = take(1, 1);
  size = (end + 15) / 16 * 16;
}

DinWeights initial_din(const DinShape& shape, std::size_t tracks, std::size_t artists,
                       std::uint64_t random_seed) {
  const DinLayout layout(shape);
  const auto dim = static_cast<std::size_t>(shape.dim);
  DinWeights weights{shape,
                     std::vector<float>(layout.size),
                     std::vector<float>(tracks * dim),
                     std::vector<float>(artists * dim),
                     {}};
  playlist::Random random(random_seed);
  const auto fill = [&](std::size_t begin, int inputs, int outputs) {
    draw(random, weights.dense.data() + begin, static_cast<std::size_t>(inputs * outputs),
         std::sqrt(6.0 / (inputs + outputs)));
  };
  fill(layout.history, shape.dim, shape.attention);
  fill(layout.candidate, shape.dim, shape.attention);
  fill(layout.product, shape.dim, shape.attention);
  fill(layout.attention_out, shape.attention, 1);
  fill(layout.first, 3 * shape.dim, shape.first);
  fill(layout.second, shape.first, shape.second);
  fill(layout.out, shape.second, 1);
  const auto set = [&](std::size_t begin, int count) {
    std::fill_n(weights.dense.begin() + static_cast<std::ptrdiff_t>(begin), count, 0.25f);
  };
  set(layout.attention_alpha, shape.attention);
  set(layout.first_alpha, shape.first);
  set(layout.second_alpha, shape.second);
  draw(random, weights.tracks.data(), weights.tracks.size(), 0.01 * std::sqrt(3.0));
  draw(random, weights.artists.data(), weights.artists.size(), 0.05 * std::sqrt(3.0));
  const auto units = static_cast<std::size_t>(shape.units());
  weights.moments = {std::vector<float>(units, 0.0f), std::vector<float>(units, 1.0f)};
  return weights;
}

DinMoments::Gate DinMoments::gate(std::size_t unit) const {
  const float scale = 1 / std::sqrt(variance[unit] + kDinEpsilon);
  return {scale, -mean[unit] * scale};
}

DinNetwork::DinNetwork(const DinWeights& weights, const DinCatalogue& catalogue)
    : weights_(weights),
      catalogue_(catalogue),
      layout_(weights.shape),
      steps_(din_steps()),
      scale_(static_cast<std::size_t>(weights.shape.units())),
      shift_(scale_.size()) {
  refresh();
}

void DinNetwork::refresh() {
  const DinShape& shape = weights_.shape;
  for (std::size_t j = 0; j < scale_.size(); ++j) {
    const auto [scale, shift] = weights_.moments.gate(j);
    scale_[j] = scale;
    shift_[j] = shift;
  }
  turn(at(layout_.history), shape.dim, shape.attention, history_turned_);
  turn(at(layout_.product), shape.dim, shape.attention, product_turned_);
  turn(at(layout_.first), 3 * shape.dim, shape.first, first_turned_);
  turn(at(layout_.second), shape.first, shape.second, second_turned_);
  const auto units = [&](int count, std::size_t alpha, int begin) {
    return DinUnits{count, at(alpha), shape.is_dice ? scale_.data() + begin : nullptr,
                    shape.is_dice ? shift_.data() + begin : nullptr};
  };
  attention_ = {shape.dim,
                units(shape.attention, layout_.attention_alpha, 0),
                at(layout_.history),
                at(layout_.candidate),
                at(layout_.product),
                history_turned_.data(),
                product_turned_.data(),
                at(layout_.attention_bias),
                at(layout_.attention_out),
                *at(layout_.attention_out_bias)};
  layers_[0] = {3 * shape.dim, units(shape.first, layout_.first_alpha, shape.attention),
                at(layout_.first), first_turned_.data(), at(layout_.first_bias)};
  layers_[1] = {shape.first,
                units(shape.second, layout_.second_alpha, shape.attention + shape.first),
                at(layout_.second), second_turned_.data(), at(layout_.second_bias)};
}

void DinNetwork::embed(std::int32_t track, float* x) const {
  const auto dim = static_cast<std::size_t>(weights_.shape.dim);
  const auto at = static_cast<std::size_t>(track);
  const std::int32_t artist = catalogue_.artist[at];
  if (artist >= 0) {
    std::copy_n(weights_.artists.data() + static_cast<std::size_t>(artist) * dim, dim, x);
  } else {
    std::fill_n(x, dim, 0.0f);
  }
  if (catalogue_.has_own[at] != 0)
    steps_.add_scaled(x, 1, weights_.tracks.data() + at * dim, weights_.shape.dim);
}

/// Makes room, and x of every row: each group's history, then its candidates.
void DinNetwork::prepare(std::span<const DinGroup> groups, Scratch& scratch) const {
  const DinShape& shape = weights_.shape;
  const auto dim = static_cast<std::size_t>(shape.dim);
  const auto attention = static_cast<std::size_t>(shape.attention);
  std::size_t rows = 0, pairs = 0, longest = 0;
  for (const DinGroup& group : groups) {
    rows += group.history.size() + group.candidates.size();
    pairs += group.history.size() * group.candidates.size();
    longest = std::max(longest, group.history.size());
  }
  const std::size_t samples = samples_of(groups);
  scratch.history.resize(rows * dim);
  float* x = scratch.history.data();
  for (const DinGroup& group : groups) {
    for (const std::int32_t track : group.history) embed(track, x), x += dim;
    for (const std::int32_t track : group.candidates) embed(track, x), x += dim;
  }
  scratch.sums.resize(pairs * attention);
  scratch.gates.resize(pairs * attention);
  scratch.attention.resize(pairs);
  scratch.work.resize(longest * (attention + 1) + 2 * dim * attention + attention);
  scratch.inputs.resize(samples * 3 * dim);
  scratch.d_inputs.resize(samples * 3 * dim);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const std::size_t size = samples * static_cast<std::size_t>(layers_[layer].units.count);
    scratch.layer_sums[layer].resize(size);
    scratch.layer_gates[layer].resize(size);
    scratch.layer_out[layer].resize(size);
    scratch.layer_slopes[layer].resize(size);
  }
  scratch.logits.resize(samples);
}

void DinNetwork::pass(std::span<const DinGroup> groups, Scratch& scratch) const {
  prepare(groups, scratch);
  const auto dim = static_cast<std::size_t>(weights_.shape.dim);
  const auto units = static_cast<std::size_t>(weights_.shape.attention);
  std::size_t pair = 0;
  each_sample(groups, [&](std::size_t sample, const DinGroup& group, std::size_t history,
                          std::size_t row) {
    const float* x = scratch.history.data() + row * dim;
    float* inputs = scratch.inputs.data() + sample * 3 * dim;
    const DinTrace trace{scratch.sums.data() + pair * units, scratch.gates.data() + pair * units,
                         scratch.attention.data() + pair};
    steps_.attention(attention_, scratch.history.data() + history * dim,
                     static_cast<int>(group.history.size()), x, trace, inputs, scratch.work.data());
    for (std::size_t d = 0; d < dim; ++d) {
      inputs[dim + d] = x[d];
      inputs[2 * dim + d] = inputs[d] * x[d];
    }
    pair += group.history.size();
  });
  const auto samples = static_cast<int>(scratch.logits.size());
  const float* input = scratch.inputs.data();
  for (std::size_t layer = 0; layer < 2; ++layer) {
    steps_.layer(layers_[layer], input, samples, scratch.layer_sums[layer].data(),
                 scratch.layer_gates[layer].data(), scratch.layer_out[layer].data());
    input = scratch.layer_out[layer].data();
  }
  const int last = weights_.shape.second;
  for (int s = 0; s < samples; ++s)
    scratch.logits[static_cast<std::size_t>(s)] =
        steps_.dot(input + s * last, at(layout_.out), last) + *at(layout_.out_bias);
}

void DinNetwork::forward(std::span<const DinGroup> groups, Scratch& scratch, float* logits) const {
  pass(groups, scratch);
  std::copy(scratch.logits.begin(), scratch.logits.end(), logits);
}

void DinNetwork::backward(std::span<const DinGroup> groups, Scratch& scratch,
                          DinBlockGradient& gradient) const {
  pass(groups, scratch);
  gradient.dense.assign(layout_.size, 0);
  gradient.rows.assign(scratch.history.size(), 0);
  gradient.loss = loss_back(groups, scratch.logits);
  layers_back(scratch, gradient);
  attention_back(groups, scratch, gradient);
  add_moments(scratch, gradient);
}

void DinNetwork::layers_back(Scratch& scratch, DinBlockGradient& gradient) const {
  const auto samples = static_cast<int>(scratch.logits.size());
  const int last = weights_.shape.second;
  float* dense = gradient.dense.data();
  std::fill(scratch.layer_slopes[1].begin(), scratch.layer_slopes[1].end(), 0.0f);
  for (int s = 0; s < samples; ++s) {
    const float d_logit = scratch.logits[static_cast<std::size_t>(s)];
    dense[layout_.out_bias] += d_logit;
    steps_.add_scaled(dense + layout_.out, d_logit, scratch.layer_out[1].data() + s * last, last);
    steps_.add_scaled(scratch.layer_slopes[1].data() + s * last, d_logit, at(layout_.out), last);
  }
  const DinLayerGradient second{dense + layout_.second, dense + layout_.second_bias,
                                dense + layout_.second_alpha};
  steps_.layer_back(layers_[1], scratch.layer_out[0].data(), samples, scratch.layer_sums[1].data(),
                    scratch.layer_gates[1].data(), scratch.layer_slopes[1].data(), second,
                    scratch.layer_slopes[0].data());
  const DinLayerGradient first{dense + layout_.first, dense + layout_.first_bias,
                               dense + layout_.first_alpha};
  steps_.layer_back(layers_[0], scratch.inputs.data(), samples, scratch.layer_sums[0].data(),
                    scratch.layer_gates[0].data(), scratch.layer_slopes[0].data(), first,
                    scratch.d_inputs.data());
}

void DinNetwork::attention_back(std::span<const DinGroup> groups, Scratch& scratch,
                                DinBlockGradient& gradient) const {
  const auto dim = static_cast<std::size_t>(weights_.shape.dim);
  const auto units = static_cast<std::size_t>(weights_.shape.attention);
  float* dense = gradient.dense.data();
  const DinAttentionGradient into{dense + layout_.history,           dense + layout_.candidate,
                                  dense + layout_.product,           dense + layout_.attention_bias,
                                  dense + layout_.attention_alpha,   dense + layout_.attention_out,
                                  dense + layout_.attention_out_bias};
  std::size_t pair = 0;
  each_sample(
      groups, [&](std::size_t sample, const DinGroup& group, std::size_t history, std::size_t row) {
        const float* x = scratch.history.data() + row * dim;
        const float* interest = scratch.inputs.data() + sample * 3 * dim;
        float* d_interest = scratch.d_inputs.data() + sample * 3 * dim;
        const float *d_x = d_interest + dim, *d_product = d_interest + 2 * dim;
        float* d_row = gradient.rows.data() + row * dim;
        for (std::size_t d = 0; d < dim; ++d) {
          d_row[d] += d_x[d] + d_product[d] * interest[d];
          d_interest[d] += d_product[d] * x[d];
        }
        const DinTrace trace{scratch.sums.data() + pair * units,
                             scratch.gates.data() + pair * units, scratch.attention.data() + pair};
        steps_.attention_back(attention_, scratch.history.data() + history * dim,
                              static_cast<int>(group.history.size()), x, trace, d_interest, into,
                              gradient.rows.data() + history * dim, d_row, scratch.work.data());
        pair += group.history.size();
      });
}

void DinNetwork::add_moments(const Scratch& scratch, DinBlockGradient& gradient) const {
  gradient.sums.assign(scale_.size(), 0);
  gradient.squares.assign(scale_.size(), 0);
  const auto pairs = static_cast<int>(scratch.attention.size());
  const auto samples = static_cast<int>(scratch.logits.size());
  gradient.counts = {pairs, samples};
  const auto add = [&](const std::vector<float>& sums, int rows, int begin, int units) {
    steps_.moments(sums.data(), rows, units, gradient.sums.data() + begin,
                   gradient.squares.data() + begin);
  };
  const DinShape& shape = weights_.shape;
  add(scratch.sums, pairs, 0, shape.attention);
  add(scratch.layer_sums[0], samples, shape.attention, shape.first);
  add(scratch.layer_sums[1], samples, shape.attention + shape.first, shape.second);
}

}  // namespace model
