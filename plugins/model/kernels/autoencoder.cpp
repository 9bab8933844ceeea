#include "autoencoder.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "adam.hpp"
#include "parallel.hpp"

namespace model {
namespace {

constexpr std::size_t kRowsAtOnce = 64;  // of a batch, each with a gradient of its own
constexpr float kFirstSlope = 0.25f;

std::size_t padded(std::size_t count) {
  return (count + 15) / 16 * 16;
}

/// Uniform with the deviation that keeps the spread of what passes a rectifier of this slope.
void draw_weights(const Autoencoder::Layer& layer, playlist::Random& random, float* weights) {
  const double slope = layer.is_linear ? 1 : kFirstSlope;
  const double deviation = std::sqrt(2 / (1 + slope * slope) / static_cast<double>(layer.inputs));
  for (std::size_t in = 0; in < layer.inputs; ++in)
    for (std::size_t out = 0; out < layer.outputs; ++out)
      weights[in * layer.columns + out] =
          static_cast<float>((2 * random.real() - 1) * std::sqrt(3.0) * deviation);
}

}  // namespace

// ---- the network --------------------------------------------------------------------------------

/// What a block of rows leaves behind on its way through the layers.
struct Autoencoder::Pass {
  std::size_t rows;
  std::vector<const float*> inputs;  // of each layer
  std::vector<std::vector<float>> sums, gates, outputs;
  std::vector<float> turned;

  Pass(const std::vector<Layer>& layers, const float* first, std::size_t count)
      : rows(count),
        inputs{first},
        sums(layers.size()),
        gates(layers.size()),
        outputs(layers.size()) {}
};

Autoencoder::Autoencoder(const AutoencoderShape& shape, std::uint64_t random_seed) : shape_(shape) {
  std::vector<std::size_t> sizes{shape.inputs};
  sizes.insert(sizes.end(), shape.hidden.begin(), shape.hidden.end());
  const std::size_t bottleneck = sizes.size() - 1;  // the layer that leads into it
  sizes.push_back(shape.bottleneck);
  sizes.insert(sizes.end(), shape.hidden.rbegin(), shape.hidden.rend());
  sizes.push_back(shape.inputs);
  std::size_t size = 0;
  for (std::size_t k = 0; k + 1 < sizes.size(); ++k) {
    Layer layer;
    layer.inputs = sizes[k];
    layer.outputs = sizes[k + 1];
    layer.rows = padded(layer.inputs);
    layer.columns = padded(layer.outputs);
    layer.weights = size;
    layer.bias = layer.weights + layer.rows * layer.columns;
    layer.alpha = layer.bias + layer.columns;
    size = layer.alpha + layer.columns;
    layer.is_linear = k == bottleneck || k + 2 == sizes.size();
    layers_.push_back(layer);
  }
  numbers_.resize(size);
  playlist::Random random(random_seed);
  for (const Layer& layer : layers_) {
    draw_weights(layer, random, numbers_.data() + layer.weights);
    std::fill_n(numbers_.begin() + static_cast<std::ptrdiff_t>(layer.alpha), layer.columns,
                layer.is_linear ? 1.0f : kFirstSlope);
  }
}

void Autoencoder::keep_linear() {
  for (const Layer& layer : layers_) {
    if (layer.is_linear)
      std::fill_n(numbers_.begin() + static_cast<std::ptrdiff_t>(layer.alpha), layer.columns, 1.0f);
  }
}

DinLayer Autoencoder::view(const Layer& layer, const std::vector<float>& turned) const {
  const float* numbers = numbers_.data();
  DinLayer view;
  view.inputs = static_cast<int>(layer.rows);
  view.units = {static_cast<int>(layer.columns), numbers + layer.alpha, nullptr, nullptr};
  view.weights = numbers + layer.weights;
  view.weights_turned = turned.empty() ? nullptr : turned.data();
  view.bias = numbers + layer.bias;
  return view;
}

void Autoencoder::forward(Pass& pass, std::size_t layers) const {
  for (std::size_t k = 0; k < layers; ++k) {
    const std::size_t size = pass.rows * layers_[k].columns;
    for (auto* part : {&pass.sums[k], &pass.gates[k], &pass.outputs[k]}) part->resize(size);
    din_steps().layer(view(layers_[k], {}), pass.inputs[k], static_cast<int>(pass.rows),
                      pass.sums[k].data(), pass.gates[k].data(), pass.outputs[k].data());
    pass.inputs.push_back(pass.outputs[k].data());
  }
}

double Autoencoder::lost(const float* rows, std::size_t count, std::span<float> gradient) const {
  Pass pass(layers_, rows, count);
  forward(pass, layers_.size());
  std::vector<float> slope = pass.outputs.back();  // minus what went in: of half the square
  double squares = 0;
  for (std::size_t k = 0; k < slope.size(); ++k) {
    slope[k] -= rows[k];
    squares += static_cast<double>(slope[k]) * slope[k];
  }
  if (gradient.empty()) return squares;
  std::fill(gradient.begin(), gradient.end(), 0.0f);
  std::vector<float> before;
  for (std::size_t k = layers_.size(); k-- > 0;) {
    const Layer& layer = layers_[k];
    pass.turned.resize(layer.rows * layer.columns);
    for (std::size_t in = 0; in < layer.rows; ++in)
      for (std::size_t out = 0; out < layer.columns; ++out)
        pass.turned[out * layer.rows + in] = numbers_[layer.weights + in * layer.columns + out];
    before.resize(count * layer.rows);
    din_steps().layer_back(view(layer, pass.turned), pass.inputs[k], static_cast<int>(count),
                           pass.sums[k].data(), pass.gates[k].data(), slope.data(),
                           {gradient.data() + layer.weights, gradient.data() + layer.bias,
                            gradient.data() + layer.alpha},
                           before.data());
    slope.swap(before);
  }
  return squares;
}

void Autoencoder::encode(const float* row, float* out) const {
  std::vector<float> wide(stride());
  std::copy_n(row, shape_.inputs, wide.begin());
  Pass pass(layers_, wide.data(), 1);
  forward(pass, layers_.size() / 2);
  std::copy_n(pass.inputs.back(), dim(), out);
}

void Autoencoder::fold(float scale, std::span<const float> mean) {
  const Layer &first = layers_.front(), &into = layers_[layers_.size() / 2 - 1],
              &from = layers_[layers_.size() / 2], &last = layers_.back();
  for (std::size_t k = 0; k < first.rows * first.columns; ++k) numbers_[first.weights + k] *= scale;
  for (std::size_t k = 0; k < last.rows * last.columns; ++k) numbers_[last.weights + k] /= scale;
  for (std::size_t k = 0; k < last.columns; ++k) numbers_[last.bias + k] /= scale;
  for (std::size_t code = 0; code < mean.size(); ++code) {
    numbers_[into.bias + code] -= mean[code];
    for (std::size_t out = 0; out < from.columns; ++out)
      numbers_[from.bias + out] += mean[code] * numbers_[from.weights + code * from.columns + out];
  }
}

// ---- training -----------------------------------------------------------------------------------

namespace {

/// TaughtRows of one scale, as wide as the network takes them.
struct TaughtRows {
  std::size_t stride;
  std::vector<float> values;

  TaughtRows(const Vectors& from, std::span<const std::int64_t> chosen, float scale,
             std::size_t width)
      : stride(width), values(chosen.size() * width) {
    for (std::size_t k = 0; k < chosen.size(); ++k)
      for (std::size_t d = 0; d < from.dim; ++d)
        values[k * stride + d] = scale * from.row(chosen[k])[d];
  }
  [[nodiscard]] std::size_t count() const { return values.size() / stride; }
};

double squares_of(const Vectors& rows, std::span<const std::int64_t> chosen, std::size_t from) {
  double squares = 0;
  for (const std::int64_t row : chosen)
    for (std::size_t d = from; d < rows.dim; ++d)
      squares += static_cast<double>(rows.row(row)[d]) * rows.row(row)[d];
  return squares;
}

class AutoencoderTrainer {
 public:
  AutoencoderTrainer(Autoencoder& network, const AutoencoderOptions& options)
      : network_(network),
        options_(options),
        adam_(network.numbers().size(), options.learning_rate),
        sum_(network.numbers().size()) {}

  /// One pass over the rows in this order.
  void epoch(const TaughtRows& rows, std::span<const std::size_t> order) {
    std::vector<float> batch;
    for (std::size_t begin = 0; begin < order.size(); begin += options_.batch) {
      batch.clear();
      for (const std::size_t row :
           order.subspan(begin, std::min(options_.batch, order.size() - begin))) {
        const float* values = rows.values.data() + row * rows.stride;
        batch.insert(batch.end(), values, values + rows.stride);
      }
      step(batch, rows.stride);
    }
  }

  [[nodiscard]] double lost(const TaughtRows& rows) const {
    const std::size_t blocks = (rows.count() + kRowsAtOnce - 1) / kRowsAtOnce;
    std::vector<double> parts(blocks);
    each_block(rows.values, rows.stride, [&](std::size_t at, const float* from, std::size_t count) {
      parts[at] = network_.lost(from, count, {});
    });
    return std::accumulate(parts.begin(), parts.end(), 0.0);
  }

 private:
  template <typename Work>
  void each_block(const std::vector<float>& rows, std::size_t stride, const Work& work) const {
    const std::size_t count = rows.size() / stride;
    for_blocks(options_.threads, static_cast<std::int64_t>((count + kRowsAtOnce - 1) / kRowsAtOnce),
               1, [&](int, std::int64_t begin, std::int64_t) {
                 const auto at = static_cast<std::size_t>(begin);
                 const std::size_t first = at * kRowsAtOnce;
                 work(at, rows.data() + first * stride, std::min(kRowsAtOnce, count - first));
               });
  }

  void step(const std::vector<float>& batch, std::size_t stride) {
    const std::size_t count = batch.size() / stride;
    gradients_.resize((count + kRowsAtOnce - 1) / kRowsAtOnce);
    each_block(batch, stride, [&](std::size_t at, const float* from, std::size_t rows) {
      gradients_[at].resize(sum_.size());
      network_.lost(from, rows, gradients_[at]);
    });
    std::fill(sum_.begin(), sum_.end(), 0.0f);
    for (const auto& gradient : gradients_)
      din_steps().add_scaled(sum_.data(), 1, gradient.data(), static_cast<int>(sum_.size()));
    adam_.step(network_.numbers(), sum_, 1 / static_cast<float>(count));
    network_.keep_linear();
  }

  Autoencoder& network_;
  const AutoencoderOptions& options_;
  Adam adam_;
  std::vector<float> sum_;
  std::vector<std::vector<float>> gradients_;
};

std::vector<float> mean_code(const Autoencoder& network, const TaughtRows& rows) {
  std::vector<double> sums(network.dim());
  std::vector<float> code(network.dim());
  for (std::size_t row = 0; row < rows.count(); ++row) {
    network.encode(rows.values.data() + row * rows.stride, code.data());
    for (std::size_t k = 0; k < code.size(); ++k) sums[k] += code[k];
  }
  for (std::size_t k = 0; k < code.size(); ++k)
    code[k] = static_cast<float>(sums[k] / static_cast<double>(rows.count()));
  return code;
}

}  // namespace

TrainedAutoencoder train_autoencoder(const Vectors& rows, const AutoencoderOptions& options) {
  std::vector<std::int64_t> chosen(static_cast<std::size_t>(rows.rows));
  std::iota(chosen.begin(), chosen.end(), 0);
  playlist::Random random(options.random_seed);
  random.shuffle(std::span(chosen));
  chosen.resize(std::min(chosen.size(), options.most_rows));
  const auto held = static_cast<std::size_t>(options.held_out * static_cast<double>(chosen.size()));
  const std::span<const std::int64_t> held_out = std::span(chosen).first(held),
                                      taught = std::span(chosen).subspan(held);

  TrainedAutoencoder trained;
  trained.rows = taught.size();
  trained.held_out = held;
  Autoencoder network({rows.dim, options.hidden, options.bottleneck}, random.next());
  // A value of spread 1 suits the first weights and the size of the steps.
  const double squares = squares_of(rows, taught, 0) / static_cast<double>(taught.size());
  const auto scale =
      static_cast<float>(std::sqrt(static_cast<double>(rows.dim) / std::max(1e-12, squares)));
  const TaughtRows learned(rows, taught, scale, network.stride()),
      judged(rows, held_out, scale, network.stride());
  AutoencoderTrainer trainer(network, options);
  std::vector<float> best = network.numbers();
  double least = trainer.lost(judged);
  std::vector<std::size_t> order(learned.count());
  std::iota(order.begin(), order.end(), 0);
  for (int epoch = 1; epoch <= options.epochs && epoch <= trained.epochs + options.patience;
       ++epoch) {
    if (options.proceed && !options.proceed((epoch - 1.0) / options.epochs)) return {};
    random.shuffle(std::span(order));
    trainer.epoch(learned, order);
    const double lost = trainer.lost(judged);
    if (!(lost < least)) continue;
    least = lost;
    best = network.numbers();
    trained.epochs = epoch;
  }
  network.numbers() = best;
  network.fold(scale, mean_code(network, learned));
  const double all = squares_of(rows, held_out, 0);
  trained.lost = least / (static_cast<double>(scale) * scale) / std::max(1e-12, all);
  trained.cut_lost = squares_of(rows, held_out, options.bottleneck) / std::max(1e-12, all);
  trained.network = std::move(network);
  return trained;
}

}  // namespace model
